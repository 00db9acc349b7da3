export { type MicroserviceContext, runMicroservice } from './run-microservice.js';

export { type MicroserviceContext, type Work, runMicroservice } from './run-microservice.js';

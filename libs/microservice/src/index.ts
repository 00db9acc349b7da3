export * from './run-microservice.js';

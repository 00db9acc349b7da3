export { refusalOf } from './refusal-of.js';

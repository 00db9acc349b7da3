export { captureLog } from './capture-log.js';
export { REQUIRED_ENV } from './required-env.js';
export { wrongVariables } from './wrong-variables.js';

export { captureLog } from './capture-log.js';
export { wrongVariables } from './wrong-variables.js';

export * from './abort.js';
export { HALF_JITTER, backOffMs, BackOff } from './back-off.js';
export { BoundedMap } from './bounded-map.js';
export * from './pause.js';
export { retry } from './retry.js';
export * from './single-flight.js';
export { timeLimit } from './time-limit.js';
export { WakeUp } from './wake-up.js';
export { withTimeout } from './with-timeout.js';

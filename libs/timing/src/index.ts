export * from './abort.js';
export * from './back-off.js';
export * from './bounded-map.js';
export * from './pause.js';
export * from './retry.js';
export * from './single-flight.js';
export * from './wake-up.js';
export * from './with-timeout.js';

export * from './describe-cron-problem.js';
export * from './is-time-zone.js';
export * from './local-time-of.js';
export * from './next-fire-at.js';

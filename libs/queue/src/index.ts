export { LOCK_DURATION_MS, STALLED_INTERVAL_MS } from './catalog.js';
export type { RedisSettings } from './connection.js';
export * from './consume-executions.js';
export * from './execution-queue.js';
export * from './execution-updates.js';
export * from './notification-signal.js';
export * from './redis-probe.js';
export * from './signal-sender.js';
export * from './signals.js';

export { TOKEN_PREFIX } from './access-token.js';
export * from './accounts.store.js';
export * from './audit.store.js';
export { Database, type DatabaseSettings } from './database.js';
export * from './database-error.js';
export * from './deliveries.store.js';
export * from './executions.store.js';
export * from './groups.store.js';
export * from './history.store.js';
export * from './installation.store.js';
export * from './leases.store.js';
export * from './logs.store.js';
export * from './metrics.store.js';
export * from './notification-preferences.store.js';
export * from './notification-outbox.store.js';
export * from './notifications.store.js';
export { snapshotOf, ProcsStore, type RegisteredProc, type RemoveProcOutcome } from './procs.store.js';
export * from './retention.store.js';
export * from './schedules-due.js';
export * from './schedules-due.store.js';
export * from './schedules-recheck.store.js';
export {
  SchedulesStore,
  type CreateScheduleOutcome,
  type NewSchedule,
  type NextFireAt,
  type ScheduleChanges,
  type UpdateScheduleOutcome,
} from './schedules.store.js';
export type { SealedArgs } from './sealed-args.js';
export * from './secret-box.js';
export * from './secrets.store.js';
export * from './sign-ins.store.js';
export * from './slow-executions.store.js';
export * from './stuck-executions.store.js';
export * from './ticks.store.js';
export * from './tokens.store.js';
export * from './workers.store.js';

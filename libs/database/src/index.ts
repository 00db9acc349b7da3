export { TOKEN_PREFIX } from './accounts/access-token.js';
export * from './accounts/accounts.store.js';
export * from './audit/audit.store.js';
export { Database, type DatabaseSettings } from './connection/database.js';
export * from './connection/database-error.js';
export * from './notifications/deliveries.store.js';
export { acceptedProc, type AcceptedProc, type NewExecution } from './executions/accept.js';
export type { AdmissionSettings } from './executions/admission/gate.js';
export * from './executions/executions.store.js';
export type { ExecutionEnd } from './executions/finish.js';
export * from './accounts/groups.store.js';
export * from './history/history.store.js';
export * from './connection/installation.store.js';
export * from './executions/leases.store.js';
export * from './logs/logs.store.js';
export * from './executions/metrics.store.js';
export * from './notifications/notification-preferences.store.js';
export * from './notifications/notification-outbox.store.js';
export * from './notifications/notifications.store.js';
export { ProcsStore, type RegisteredProc, type RemoveProcOutcome } from './procs/procs.store.js';
export * from './history/retention.store.js';
export * from './schedules/schedules-due.js';
export * from './schedules/schedules-due.store.js';
export * from './schedules/schedules-recheck.store.js';
export {
  SchedulesStore,
  type CreateScheduleOutcome,
  type NewSchedule,
  type NextFireAt,
  type ScheduleChanges,
  type UpdateScheduleOutcome,
} from './schedules/schedules.store.js';
export type { SealedArgs } from './executions/sealed-args.js';
export * from './secrets/secret-box.js';
export * from './secrets/secrets.store.js';
export * from './accounts/sign-ins.store.js';
export * from './executions/slow-executions.store.js';
export * from './executions/stuck-executions.store.js';
export * from './schedules/ticks.store.js';
export * from './accounts/tokens.store.js';
export * from './executions/workers.store.js';

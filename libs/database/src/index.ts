export { TOKEN_PREFIX } from './accounts/access-token.js';
export { type Account, type TokenOwner, AccountsStore } from './accounts/accounts.store.js';
export { withAuditDetails } from './audit/audit-context.js';
export { AuditKeyStore } from './audit/audit-key.store.js';
export * from './audit/audit-seals.store.js';
export { type AuditProblem, AuditVerifyStore } from './audit/audit-verify.store.js';
export type { EntryOfChange } from './audit/append-entry.js';
export type { AuditEntry } from './audit/audit-entry.js';
export { type AuditEvent, type AuditFilter, AuditStore, type SealedAuditEvent } from './audit/audit.store.js';
export { Database } from './connection/database.js';
export { isDatabaseUnavailable } from './connection/database-error.js';
export * from './notifications/deliveries.store.js';
export { acceptedProc, jobNameOf, type IdempotencyKey, type NewExecution } from './executions/accept.js';
export { type CancelOutcome, ExecutionsStore } from './executions/executions.store.js';
export { ProcChangedError, type Submission } from './executions/submissions.js';
export type { ExecutionEnd } from './executions/finish.js';
export {
  type BrowserSessionRecord,
  BrowserSessionsStore,
  type SessionCredentials,
} from './accounts/browser-sessions.store.js';
export * from './accounts/groups.store.js';
export { ChangesStore, type WatchedExecution } from './history/changes.store.js';
export { type HistoryFilter, HistoryStore } from './history/history.store.js';
export { warnOfExcessRights } from './connection/excess-rights.js';
export * from './connection/installation.store.js';
export { checkMigrated, NotMigratedError } from './connection/migrated.js';
export type { Lease } from './executions/lease.js';
export * from './executions/leases.store.js';
export type { AttemptUpdate, Move } from './executions/record-progress.js';
export type { AttemptRecord, ClaimedExecution } from './executions/claim.js';
export * from './executions/refusals.store.js';
export type { LogRow } from './logs/log-row.js';
export { LogWindowsStore } from './logs/log-windows.store.js';
export { type LogBatch, type LogExtent, MIN_ROW_COST_BYTES, LogsStore } from './logs/logs.store.js';
export * from './executions/metrics.store.js';
export { NotificationPreferencesStore } from './notifications/notification-preferences.store.js';
export * from './notifications/notification-outbox.store.js';
export type { Recipient } from './notifications/recipient.js';
export { type DeliveryRecord, NotificationsStore } from './notifications/notifications.store.js';
export { PodTemplatesStore, type PodTemplateRecord } from './pod-templates/pod-templates.store.js';
export { snapshotOf, type RegisteredProc } from './procs/proc-row.js';
export { ProcsStore, type ProcRevision } from './procs/procs.store.js';
export * from './history/retention.store.js';
export type {
  DueBatch,
  DueSchedule,
  OwnerStanding,
  FirePlan,
  PlannedTick,
  PlannedSchedule,
  FiredBatch,
} from './schedules/schedules-due.js';
export { DueSchedulesStore } from './schedules/schedules-due.store.js';
export { ScheduleRecheckStore } from './schedules/schedules-recheck.store.js';
export {
  SchedulesStore,
  type NewSchedule,
  type NextFireAt,
  type ScheduleChanges,
} from './schedules/schedules.store.js';
export type { SealedArgs } from './executions/sealed-args.js';
export { originOfCallback, type StoredCallback } from './executions/sealed-callback.js';
export { KeyRotation, type WalkPage, type WalkPlace } from './secrets/rotation/key-rotation.js';
export { SEALED_KINDS, type SealedKind } from './secrets/rotation/sealed-table.js';
export { SecretBox } from './secrets/secret-box.js';
export * from './secrets/secrets.store.js';
export * from './accounts/sign-ins.store.js';
export * from './executions/slow-executions.store.js';
export * from './executions/stuck-executions.store.js';
export * from './schedules/ticks.store.js';
export { type NewToken, type TokenRecord, TokensStore } from './accounts/tokens.store.js';
export * from './executions/workers.store.js';
export {
  MAX_WORKLOADS,
  type WorkloadRecord,
  type CreateWorkloadOutcome,
  WorkloadsStore,
} from './workloads/workloads.store.js';

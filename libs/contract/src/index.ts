export { type UserReply, listUsersQuery, type GroupReply, type TokenReply, tokenParams } from './account.js';
export * from './api-version.js';
export {
  listAuditQuery,
  exportAuditQuery,
  verifyAuditQuery,
  type AuditEventReply,
  type AuditProblemReply,
} from './audit.js';
export { MAX_PROBLEMS, parseWrittenSlowly } from './bounded.js';
export { envName } from './env-values.js';
export * from './execution-id.js';
export {
  submitExecutionBody,
  executionReply,
  type ExecutionReply,
  changedExecutions,
  HIDDEN_VALUE,
  type ExecutionDetailReply,
  executionLogsQuery,
  listExecutionsQuery,
  parseDurationMs,
  readLogQuery,
} from './execution.js';
export { searchLogQuery, type LogLine } from './log-lines.js';
export * from './headers.js';
export * from './issue-details.js';
export { describeShapeProblem } from './json-shape.js';
import './issue-messages.js';
export { MAX_ENV_VALUE_BYTES, MAX_EXECUTION_ID, MAX_BODY_BYTES } from './limits.js';
export * from './map-metadata.js';
export { listProcRevisionsQuery, procMetadata, type ProcMetadata } from './metadata.js';
export { buildOpenApi } from './openapi/build-open-api.js';
export { listNotificationsQuery, type NotificationReply } from './notification.js';
export { MAX_PAGE, instantQuery } from './paging.js';
export { podTemplateBody, type PodTemplateReply } from './pod-template.js';
export type { JobCheckReply } from './proc-check.js';
export { procName, templateName } from './proc-name.js';
export { PROBLEM_MEDIA_TYPE, problem, type Problem, problemFromError, errorCodeOf } from './problem.js';
export * from './routes.js';
export {
  type BlackoutBody,
  type UpdateScheduleBody,
  scheduleReply,
  type ScheduleReply,
  nextTimesQuery,
  type NextTimesReply,
  scheduleHistoryQuery,
  type TickReply,
  SCHEDULE_TEXTS,
} from './schedule.js';
export type { SealedPageReply } from './secret-key.js';
export type { PollSignInReply } from './sign-in.js';
export { email, isStorable } from './text.js';
export type { WorkloadReply } from './workload.js';
export { Written, parseJson, parseWritten, restoreNumbers, stringifyJson } from './written.js';

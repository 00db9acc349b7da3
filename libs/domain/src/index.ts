export { canExecute } from './access/authorize.js';
export * from './access/owns.js';
export * from './access/same-email.js';
export * from './access/scope.js';
export * from './access/user.js';
export { findSubjectProblem, findWorkloadRule, type WorkloadRule } from './access/workload-rule.js';
export { describeChanges, type Changes } from './audit/describe-changes.js';
export { ERROR_CODES, type ErrorCode, type ErrorDetail, AppError } from './app-error.js';
export { ADMISSION_GATES, type WaitingFor, GATE_NAMES, gateNamed } from './execution/admission-gates.js';
export {
  OVERLAP_QUEUE_CAP,
  type ProcSlots,
  type RoomFigures,
  type AdmissionRequest,
  type Admission,
  AdmissionRoom,
} from './execution/admission-room.js';
export {
  type ExecutionOrigin,
  type CallerOrigin,
  ORIGIN_RULES,
  originIds,
  originFromIds,
} from './execution/execution-origin.js';
export * from './execution/execution-state.js';
export * from './execution/execution.js';
export * from './execution/waiting-reason.js';
export { describeDuration, LESS_THAN_A_SECOND } from './execution/describe-duration.js';
export * from './escape-html.js';
export { filterControls, plainLine } from './filter-controls.js';
export * from './log/cut-marker.js';
export * from './log/last-state.js';
export * from './log/log-position.js';
export * from './nearest-word.js';
export * from './network-failure.js';
export * from './notification/notification.js';
export { checkPodTemplate } from './pod-template/check-pod-template.js';
export { checkTemplateUse } from './pod-template/check-template-use.js';
export {
  isJsonObject,
  objectsIn,
  PROC_CONTAINER,
  type JsonObject,
  type PodTemplate,
  withoutNulls,
} from './pod-template/pod-template.js';
export { findStandingProblem, type Standing } from './access/standing.js';
export { hasBidi } from './bidi.js';
export * from './loopback.js';
export { isMailAllowed, parseMailDomain, withAsciiDomain } from './notification/mail-domains.js';
export { annotationsByDefault, isAnnotationPattern } from './proc/allowed-annotations.js';
export { checkAllowed, checkPodAnnotations, type AllowedSettings } from './proc/check-allowed.js';
export { MAX_PATTERN_LENGTH } from './proc/check-arg-declaration.js';
export type { MatchesPattern } from './proc/check-arg-value.js';
export * from './proc/check-args.js';
export * from './proc/check-proc.js';
export { completeArgs, splitArgs } from './proc/complete-args.js';
export { MAX_ENV_NAME_LENGTH } from './proc/env-names.js';
export {
  MAX_ENV_VALUE_BYTES,
  MAX_ENV_TOTAL_BYTES,
  countUtf8Bytes,
  mayBeLonger,
  quoteForMessage,
} from './proc/env-value.js';
export { isDnsLabel, isDnsSubdomain, isLabelValue, isQualifiedName } from './proc/kubernetes-names.js';
export type { MountedObject } from './proc/mounted-objects.js';
export { type PodFile, MAX_FILES, MAX_FILES_BYTES } from './proc/pod-files.js';
export {
  type PodSettings,
  type PodResources,
  type Toleration,
  IMAGE_PULL_POLICIES,
  DEFAULT_POD_SETTINGS,
} from './proc/pod-settings.js';
export {
  type SecuritySettings,
  type PodSecurityLevel,
  type IdRange,
  type SecurityDefaults,
  POD_SECURITY_LEVELS,
  NO_SECURITY_SETTINGS,
  MAX_ID,
  checkSecurityLevel,
  completeSecurity,
  parseIdRanges,
} from './proc/security-settings.js';
export {
  type Proc,
  ARG_TYPES,
  type ArgDeclaration,
  type SecretDeclaration,
  plainArg,
  plainProc,
} from './proc/proc.js';
export { compareQuantities, parseQuantity } from './proc/quantity.js';
export { LIST_INSTEAD, MAX_UNDECLARED_ENTRIES, type UndeclaredArgs } from './proc/undeclared-args.js';
export {
  WEEK_DAYS,
  type WeekDay,
  type Blackout,
  MAX_BLACKOUTS,
  type LocalTime,
  isBlackedOut,
  describeBlackoutProblem,
} from './schedule/blackout.js';
export { OVERLAP_POLICIES, type OverlapPolicy } from './schedule/decide-overlap.js';
export {
  MISFIRE_POLICIES,
  type MisfirePolicy,
  type DroppedTicks,
  type TickPlan,
  planTicks,
} from './schedule/plan-ticks.js';
export { type ScheduleTiming, isOneShot } from './schedule/schedule-timing.js';
export { oneShotReason, readOneShotEnd } from './schedule/one-shot-end.js';
export * from './schedule/schedule.js';
export { checkSecret } from './secret/check-secret.js';
export {
  type Masker,
  type SecretPatterns,
  compileSecretPatterns,
  createMasker,
  maskText,
} from './secret/mask.js';
export { shellCommand } from './shell-word.js';

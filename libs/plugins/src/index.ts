export { AuthPlugin } from './auth-plugin.js';
export type { DeviceFlow, DevicePoll, SignedIn } from './device-flow.js';
export { addressKey } from './address-key.js';
export { FailedLogins, type FailedLoginLimits } from './failed-logins.js';
export { loadAuthPlugin } from './load-auth-plugin.js';
export { chooseNotificationPlugins } from './notification/choose-notification-plugins.js';
export { loadNotificationPlugin } from './notification/load-notification-plugin.js';
export { NotificationPlugin, type ExecutionEvent } from './notification/notification-plugin.js';
export type { PluginEnv } from './plugin-env.js';
export { checkPlugin, SHIPPED_PLUGINS } from './shipped-plugins.js';
export {
  audiencesOf,
  isIssuerAddress,
  readClaimedOrigin,
  type CheckedWorkload,
  type ClaimedOrigin,
  WorkloadIssuers,
} from './workload/workload-issuers.js';

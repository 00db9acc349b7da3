export { AuthPlugin } from './auth-plugin.js';
export type { DeviceFlow, DevicePoll, DeviceSignIn, SignedIn } from './device-flow.js';
export { FailedLogins, type FailedLoginLimits } from './failed-logins.js';
export { loadAuthPlugin, type AuthPluginRequest } from './load-auth-plugin.js';
export {
  chooseNotificationPlugins,
  type ChosenPlugin,
  type ChosenPlugins,
} from './notification/choose-notification-plugins.js';
export { loadNotificationPlugin } from './notification/load-notification-plugin.js';
export { NotificationPlugin, type ExecutionEvent } from './notification/notification-plugin.js';
export type { ConfigurationProblem, PluginEnv, PluginLog } from './plugin-env.js';
export { PluginError } from './plugin-error.js';
export {
  checkShippedPlugin,
  isShippedPlugin,
  SHIPPED_PLUGINS,
  type ShippedPluginName,
} from './shipped-plugins.js';

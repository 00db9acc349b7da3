import { loadForeign, type ForeignRequest, type PluginKind } from '../custom/load-foreign.js';
import { CustomNotificationPlugin, type ForeignNotificationPlugin } from './custom-notification-plugin.js';
import { SHIPPED_NOTIFICATION_PLUGINS } from './choose-notification-plugins.js';
import type { NotificationPlugin } from './notification-plugin.js';

const NOTIFICATION: PluginKind = {
  method: 'onNotify',
  signature: 'onNotify(event)',
  variablePrefix: 'PROCTOR_NOTIFICATION_PLUGIN',
  shipped: SHIPPED_NOTIFICATION_PLUGINS,
};

/**
 * Loads an operator's notification plugin. The module's export is an object with `onNotify(event)`, or a class or
 * (possibly async) function that creates one from `{ env, fetch }`.
 * @param request `timeoutMs` limits loading, and later each call (10 s)
 * @throws PluginError if the module cannot be loaded or does not export such a plugin
 */
export async function loadNotificationPlugin(request: ForeignRequest): Promise<NotificationPlugin> {
  const foreign = (await loadForeign(NOTIFICATION, request)) as ForeignNotificationPlugin;
  return new CustomNotificationPlugin(request.name, foreign, request.timeoutMs);
}

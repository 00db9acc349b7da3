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
 * An operator's own plugin. The module's export is an object with `onNotify(event)`, or a class or a (possibly
 * asynchronous) function that makes one from `{ env }`.
 * @param request `timeoutMs`: for loading, and later for each call (10 s)
 * @throws PluginError if the module can't be loaded, or has no such plugin
 */
export async function loadNotificationPlugin(request: ForeignRequest): Promise<NotificationPlugin> {
  const foreign = (await loadForeign(NOTIFICATION, request)) as ForeignNotificationPlugin;
  return new CustomNotificationPlugin(request.name, foreign, request.timeoutMs);
}

import { listNotificationsQuery, MAX_PAGE } from '@app/contract';
import { readPages } from '@app/gateway-client';
import { readQuery } from '../args/read-query.js';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { NOTIFICATION_HEADER, notificationRow } from '../output/render-notification.js';
import { formatTable } from '../output/table.js';
import { tellWarnings } from '../output/tell-warnings.js';
import { printPages } from './print-pages.js';
import { readNotificationId } from './read-id.js';

export interface NotificationListOptions {
  state: string | undefined;
  channel: string | undefined;
  execution: string | undefined;
  limit: string | undefined;
  /** All pages. */
  all: boolean;
}

/** Newest first. */
export async function listNotifications(
  context: Context,
  { state, channel, execution, limit, all }: NotificationListOptions,
): Promise<number> {
  const pageSize = limit ?? (all ? String(MAX_PAGE) : undefined);
  const query = readQuery(listNotificationsQuery, { state, channel, execution, limit: pageSize });
  const client = await openGateway(context);
  await printPages(context, readPages(client, 'listNotifications', { query }), {
    all,
    header: NOTIFICATION_HEADER,
    rowsOf: (page) => page.notifications.map(notificationRow),
    none: 'No notifications found.',
  });
  return 0;
}

/** May be repeated: a pending notification stays as it is. */
export async function resendNotification(context: Context, idText: string): Promise<number> {
  const id = readNotificationId(idText);
  const client = await openGateway(context);
  const notification = await client.call('resendNotification', { params: { id } });
  const table = formatTable(NOTIFICATION_HEADER, [notificationRow(notification)]);
  await context.printer.result(`Queued for sending.\n${table}`, notification);
  tellWarnings(context, notification);
  return 0;
}

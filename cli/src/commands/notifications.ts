import { listNotificationsQuery, MAX_PAGE } from '@app/contract';
import { checkQuery, queryOf } from '../args/read-query.js';
import { openGateway, type Context } from '../context.js';
import { NOTIFICATION_HEADER, notificationRow } from '../output/render-notification.js';
import { pagedTable } from '../output/table.js';
import { readNotificationId } from './read-execution-id.js';
import { readPages } from './read-pages.js';

export interface NotificationListOptions {
  state: string | undefined;
  channel: string | undefined;
  execution: string | undefined;
  limit: string | undefined;
  /** All pages. */
  all: boolean;
}

/** Newest first, a page at a time; as JSON: one object a page, one a line. */
export async function listNotifications(
  context: Context,
  { state, channel, execution, limit, all }: NotificationListOptions,
): Promise<number> {
  const { printer } = context;
  const pageSize = limit ?? (all ? String(MAX_PAGE) : undefined);
  const query = queryOf({ state, channel, execution, limit: pageSize });
  checkQuery(listNotificationsQuery, query);
  const client = await openGateway(context);

  const table = pagedTable(NOTIFICATION_HEADER);
  const read = async (cursor: { cursor?: string }) =>
    await client.call('listNotifications', { query: { ...query, ...cursor } });
  let count = 0;
  let next: string | undefined;
  for await (const page of readPages(read, all)) {
    count += page.notifications.length;
    next = page.next;
    await printer.result(count === 0 ? '' : table(page.notifications.map(notificationRow)), page);
  }
  if (count === 0) printer.note('No notifications found.');
  if (next !== undefined) printer.note('There are more: --all, or --limit up to 500.');
  return 0;
}

/** May be repeated: one that is pending stays as it is. */
export async function resendNotification(context: Context, idText: string): Promise<number> {
  const id = readNotificationId(idText);
  const client = await openGateway(context);
  const one = await client.call('resendNotification', { params: { id } });
  const table = pagedTable(NOTIFICATION_HEADER);
  await context.printer.result(`It is on its way.\n${table([notificationRow(one)])}`, one);
  return 0;
}

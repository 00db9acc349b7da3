import { exportAuditQuery, listAuditQuery, MAX_PAGE, type AuditEventReply } from '@app/contract';
import { AppError } from '@app/domain';
import { readTextLines } from '../api/read-text.js';
import { checkQuery, queryOf, readTime } from '../args/read-query.js';
import { openGateway, type Context } from '../context.js';
import { plainLine } from '../output/filter-controls.js';
import { shortTime } from '../output/render-execution.js';
import { pagedTable } from '../output/table.js';
import { readPages } from './read-pages.js';

export interface AuditOptions {
  actor: string | undefined;
  action: string | undefined;
  subject: string | undefined;
  /** Only what was allowed, or only what was refused. */
  allowed: boolean;
  refused: boolean;
  since: string | undefined;
  until: string | undefined;
  limit: string | undefined;
  all: boolean;
  /** All of it as JSON lines, oldest first. */
  export: boolean;
}

const HEADER = ['ID', 'AT', 'ACTOR', 'ACTION', 'SUBJECT', 'RESULT', 'FROM'];

/** Newest first, a page at a time; as JSON: one object a page, one a line. */
export async function audit(context: Context, options: AuditOptions): Promise<number> {
  const { allowed, refused, limit, all } = options;
  const nowMs = Date.now();
  const filters = queryOf({
    actor: options.actor,
    action: options.action,
    subject: options.subject,
    allowed: allowed === refused ? undefined : String(allowed),
    since: readTime('--since', options.since, nowMs),
    until: readTime('--until', options.until, nowMs),
  });
  if (options.export) return await exportAudit(context, filters, limit);
  const query = { ...filters, ...queryOf({ limit: limit ?? (all ? String(MAX_PAGE) : undefined) }) };
  checkQuery(listAuditQuery, query);

  const { printer } = context;
  const client = await openGateway(context);
  const table = pagedTable(HEADER);
  const read = async (cursor: { cursor?: string }) =>
    await client.call('listAudit', { query: { ...query, ...cursor } });
  let count = 0;
  let next: string | undefined;
  for await (const page of readPages(read, all)) {
    count += page.events.length;
    next = page.next;
    await printer.result(count === 0 ? '' : table(page.events.map(rowOf)), page);
  }
  if (count === 0) printer.note('No events found.');
  if (next !== undefined)
    printer.note('There are more: --all, --limit up to 500, or --export for all as JSON lines.');
  return 0;
}

async function exportAudit(context: Context, filters: Record<string, string>, limit: string | undefined) {
  if (limit !== undefined)
    throw new AppError('invalid_args', '--export takes no --limit: it exports all that fits.');
  checkQuery(exportAuditQuery, filters);
  const client = await openGateway(context);
  for await (const lines of readTextLines(client, 'exportAudit', { query: filters, mayPause: false }))
    await context.printer.lines(lines);
  return 0;
}

function rowOf(event: AuditEventReply): string[] {
  return [
    String(event.id),
    shortTime(event.at),
    plainLine(event.actor),
    plainLine(event.action),
    plainLine(event.subject),
    event.allowed ? 'allowed' : 'refused',
    plainLine(event.address ?? ''),
  ];
}

import { exportAuditQuery, listAuditQuery, MAX_PAGE, type AuditEventReply } from '@app/contract';
import { AppError, plainLine } from '@app/domain';
import { readPages, streamLines } from '@app/gateway-client';
import { readQuery, readTime } from '../args/read-query.js';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { shortTime } from '../output/render-execution.js';
import { printPages } from './print-pages.js';

export interface AuditOptions {
  actor: string | undefined;
  action: string | undefined;
  subject: string | undefined;
  /** Only allowed, or only refused requests. */
  allowed: boolean;
  refused: boolean;
  since: string | undefined;
  until: string | undefined;
  limit: string | undefined;
  /** All pages. */
  all: boolean;
  /** Everything as JSON lines, oldest first. */
  export: boolean;
}

const HEADER = ['ID', 'AT', 'ACTOR', 'ACTION', 'SUBJECT', 'RESULT', 'FROM'];

/** Newest first. */
export async function audit(context: Context, options: AuditOptions): Promise<number> {
  const { allowed, refused, limit, all } = options;
  const nowMs = Date.now();
  const filters = {
    actor: options.actor,
    action: options.action,
    subject: options.subject,
    allowed: allowed === refused ? undefined : String(allowed),
    since: readTime('--since', options.since, nowMs),
    until: readTime('--until', options.until, nowMs),
  };
  if (options.export) return await exportAudit(context, filters, limit);
  const pageSize = limit ?? (all ? String(MAX_PAGE) : undefined);
  const query = readQuery(listAuditQuery, { ...filters, limit: pageSize });
  const client = await openGateway(context);
  await printPages(context, readPages(client, 'listAudit', { query }), {
    all,
    header: HEADER,
    rowsOf: (page) => page.events.map(rowOf),
    none: 'No events found.',
    more: 'There are more. Use --all, --limit up to 500, or --export for everything as JSON lines.',
  });
  return 0;
}

async function exportAudit(
  context: Context,
  filters: Record<string, string | undefined>,
  limit: string | undefined,
) {
  if (limit !== undefined)
    throw new AppError('invalid_args', '--limit cannot be used with --export, which exports every match.');
  const query = readQuery(exportAuditQuery, filters);
  const client = await openGateway(context);
  for await (const lines of streamLines(client, 'exportAudit', { query })) await context.printer.lines(lines);
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

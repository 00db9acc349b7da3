import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MAX_PAGE, type QueryOf } from '@app/contract';
import type { AuditFilter, AuditStore, SealedAuditEvent } from '@app/database';
import { writePatiently } from '../http/write-patiently.js';
import { AppError } from '@app/domain';
import type { AuditTrail } from './audit-trail.js';
import type { Reauthorizer } from '../authentication/reauthorizer.js';
import type { OpenStreams } from '../executions/open-streams.js';
import type { Caller } from '../authentication/caller.js';
import type { Logger } from '@app/platform';
import { toExportLine, toFilter } from './audit-filter.js';

/** Streams the audit trail as JSON lines. */
export class ExportAudit {
  constructor(
    private readonly store: Pick<AuditStore, 'list' | 'exportFrom'>,
    private readonly audit: AuditTrail,
    private readonly streams: Pick<OpenStreams, 'add'>,
    private readonly reauthorizer: Pick<Reauthorizer, 'identify'>,
    /** How long a reader may stop reading before it is disconnected. */
    private readonly patienceMs: number,
    private readonly logger: Logger,
  ) {}

  /**
   * Sends the events that exist when it starts, oldest first, reading each page when the reader has room for it. Cuts the
   * connection if it cannot send all of them, so that the reader notices. Audits the export itself.
   */
  async serve(
    query: QueryOf<'exportAudit'>,
    request: FastifyRequest,
    reply: FastifyReply,
    caller: Caller,
  ): Promise<void> {
    if (request.method === 'HEAD') return void (await reply.send());
    await this.audit.record(entryOf(query, caller));
    const filter = await this.endAtNow(toFilter(query));
    // Read before the headers are sent, so that an unavailable database still gives an error status.
    const first = filter ? await this.store.exportFrom(filter, 0, MAX_PAGE) : [];
    const { raw } = reply.hijack();
    raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
    const { acceptedUntil } = caller;
    const stream = this.streams.add({ authorize: () => this.authorize(request), acceptedUntil });
    stream.signal.addEventListener('abort', () => raw.destroy());
    raw.on('close', () => stream.end());
    try {
      for (let page = first; page.length > 0 && filter; page = await this.after(page, filter)) {
        if (!(await writePatiently(raw, toLines(page), this.patienceMs))) return void raw.destroy();
      }
      raw.end();
    } catch (err) {
      this.logger.warn({ err }, 'audit export failed');
      raw.destroy();
    }
  }

  /** @throws AppError if the reader may no longer read the audit trail */
  private async authorize(request: FastifyRequest): Promise<void> {
    const { isAdmin } = await this.reauthorizer.identify(request);
    if (!isAdmin) throw new AppError('forbidden', 'Only admins may read the audit trail.');
  }

  /** The filter for the events that exist now; null: there are none. */
  private async endAtNow(filter: AuditFilter): Promise<AuditFilter | null> {
    const [newest] = await this.store.list(filter, { before: null, limit: 1 });
    // `until` is exclusive, and times have millisecond precision.
    return newest ? { ...filter, until: new Date(newest.at.getTime() + 1) } : null;
  }

  private async after(page: readonly SealedAuditEvent[], filter: AuditFilter): Promise<SealedAuditEvent[]> {
    const last = page.at(-1);
    return last && page.length === MAX_PAGE ? this.store.exportFrom(filter, last.id, MAX_PAGE) : [];
  }
}

function entryOf(query: QueryOf<'exportAudit'>, { user, address }: Caller) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return {
    actor: user.email,
    action: 'exportAudit',
    subject: 'audit',
    allowed: true,
    address,
    details: Object.fromEntries(given),
  };
}

function toLines(events: readonly SealedAuditEvent[]): string {
  return events.map((event) => `${JSON.stringify(toExportLine(event))}\n`).join('');
}

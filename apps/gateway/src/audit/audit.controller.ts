import { Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ReplyOf } from '@app/contract';
import type { AuditStore } from '@app/database';
import { Call, type CallOf } from '../authentication/call.js';
import { toIdNumber, toPage } from '../http/page.js';
import { Serves, ServesByHand } from '../http/serves.js';
import { toEventReply, toFilter } from './audit-filter.js';
import type { ExportAudit } from './export-audit.js';
import type { VerifyAudit } from './verify-audit.js';

@Controller()
export class AuditController {
  constructor(
    private readonly store: AuditStore,
    private readonly exportAudit: ExportAudit,
    private readonly verifyAudit: VerifyAudit,
  ) {}

  @Serves('listAudit')
  async list(@Call() { query }: CallOf<'listAudit'>): Promise<ReplyOf<'listAudit'>> {
    const { limit, cursor, ...filter } = query;
    const before = cursor === undefined ? null : toIdNumber(cursor);
    const events = await this.store.list(toFilter(filter), { before, limit });
    return { events: events.map(toEventReply), ...toPage(events, limit, ({ id }) => String(id)) };
  }

  @ServesByHand('exportAudit')
  async export(
    @Call() { caller, query }: CallOf<'exportAudit'>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.exportAudit.serve(query, request, reply, caller);
  }

  @Serves('verifyAudit')
  async verify(@Call() { query }: CallOf<'verifyAudit'>): Promise<ReplyOf<'verifyAudit'>> {
    return await this.verifyAudit.page(query);
  }
}

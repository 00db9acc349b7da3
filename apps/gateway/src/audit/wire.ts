import type { FastifyRequest } from 'fastify';
import {
  AuditKeyStore,
  AuditSealsStore,
  AuditStore,
  AuditVerifyStore,
  SecretBox,
  type AuditEntry,
  type Database,
} from '@app/database';
import type { AppError } from '@app/domain';
import { Outbound } from '@app/outbound';
import type { Logger, OpenResources } from '@app/platform';
import type { GatewaySettings } from '../env.js';
import { refusalEntry } from './audit-refusal.js';
import type { Reauthorizer } from '../authentication/reauthorizer.js';
import type { OpenStreams } from '../executions/open-streams.js';
import { AuditSealer } from './audit-sealer.js';
import { AuditTrail } from './audit-trail.js';
import { AuditController } from './audit.controller.js';
import { ExportAudit } from './export-audit.js';
import { HeadsWebhook } from './heads-webhook.js';
import { ReportHeads } from './report-heads.js';
import { VerifyAudit } from './verify-audit.js';

export interface AuditDependencies {
  settings: Pick<GatewaySettings, 'secretKeys' | 'auditHeads' | 'outbound' | 'logStream'>;
  database: Database;
  openStreams: OpenStreams;
  reauthorizer: Reauthorizer;
  installationId: string;
  logger: Logger;
  resources: OpenResources;
}

export function wireAudit({
  settings,
  database,
  installationId,
  openStreams,
  reauthorizer,
  logger,
  resources,
}: AuditDependencies) {
  const { secretKeys, auditHeads, outbound, logStream } = settings;
  const store = new AuditStore(database);
  const seals = new AuditSealsStore(database);
  const keys = new AuditKeyStore(database, new SecretBox(...secretKeys));
  const webhook =
    auditHeads &&
    new HeadsWebhook({
      ...auditHeads,
      outbound: new Outbound(outbound),
      installationId,
      logger,
    });
  const heads = resources.use('audit chain heads', new ReportHeads({ logger, webhook }));
  const noteHead = heads.note.bind(heads);
  const sealer = resources.use('audit sealer', new AuditSealer({ seals, keys, noteHead, logger }));
  const append = async (entry: AuditEntry) => {
    await store.append(entry);
    sealer.wake();
  };
  const audit = new AuditTrail({ append }, logger);
  resources.defer('audit trail', () => audit.drain());
  const { patienceMs } = logStream;
  const exportAudit = new ExportAudit(store, audit, openStreams, reauthorizer, patienceMs, logger);
  const verifyAudit = new VerifyAudit(new AuditVerifyStore(database), keys);
  return {
    audit,
    sealer,
    seals,
    /** Call it with every error that a client gets. */
    noteRefusal: (error: AppError, request: FastifyRequest): void => {
      const entry = refusalEntry(error, request);
      if (entry) audit.noteRefusal(entry);
    },
    controllers: [new AuditController(store, exportAudit, verifyAudit)],
  };
}

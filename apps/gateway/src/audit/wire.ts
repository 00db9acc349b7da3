import type { FastifyRequest } from 'fastify';
import { AuditStore, type Database } from '@app/database';
import type { AppError } from '@app/domain';
import type { Logger, OpenResources } from '@app/platform';
import { refusalEntry } from './audit-refusal.js';
import type { Reauthorizer } from '../authentication/reauthorizer.js';
import type { OpenStreams } from '../executions/open-streams.js';
import { AuditTrail } from './audit-trail.js';
import { AuditController } from './audit.controller.js';
import { ExportAudit } from './export-audit.js';

export interface AuditDependencies {
  database: Database;
  /** How long the reader of an export may stop reading before it is disconnected. */
  exportPatienceMs: number;
  openStreams: OpenStreams;
  reauthorizer: Reauthorizer;
  logger: Logger;
  resources: OpenResources;
}

export function wireAudit({
  database,
  exportPatienceMs,
  openStreams,
  reauthorizer,
  logger,
  resources,
}: AuditDependencies) {
  const store = new AuditStore(database);
  const audit = new AuditTrail(store, logger);
  resources.defer('audit trail', () => audit.drain());
  const exportAudit = new ExportAudit(store, audit, openStreams, reauthorizer, exportPatienceMs, logger);
  return {
    audit,
    /** Call it with every error that a client gets. */
    noteRefusal: (error: AppError, request: FastifyRequest): void => {
      const entry = refusalEntry(error, request);
      if (entry) audit.noteRefusal(entry);
    },
    controllers: [new AuditController(store, exportAudit)],
  };
}

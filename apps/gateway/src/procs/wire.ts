import { PodTemplatesStore, ProcsStore, type Database, type SecretsStore } from '@app/database';
import type { AllowedSettings } from '@app/domain';
import { Patterns } from '@app/patterns';
import type { SignalSender } from '@app/queue';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { KnownGroups } from '../accounts/known-groups.js';
import type { AccessNews } from '../authentication/access-news.js';
import type { Access } from '../authentication/access.js';
import { CheckTemplates } from './check-templates.js';
import { CheckJobs } from './check-jobs.js';
import { FindProc } from './find-proc.js';
import { FindRevision } from './find-revision.js';
import { PrepareArgs } from './prepare-args.js';
import { ProcsController } from './procs.controller.js';
import { RegisterProcs } from './register-procs.js';
import { RemoveProc } from './remove-proc.js';

export interface ProcsDependencies {
  /** Pod settings that procs may use. */
  allowed: AllowedSettings;
  database: Database;
  secretsStore: SecretsStore;
  access: Access;
  groups: KnownGroups;
  signals: SignalSender;
  news: AccessNews;
  audit: AuditTrail;
}

export function wireProcs({
  allowed,
  database,
  secretsStore,
  access,
  groups,
  signals,
  news,
  audit,
}: ProcsDependencies) {
  const procsStore = new ProcsStore(database);
  const patterns = new Patterns();
  const templates = new PodTemplatesStore(database);
  const findProc = new FindProc(procsStore, access);
  const registerProcs = new RegisterProcs({
    procs: procsStore,
    groups,
    secrets: secretsStore,
    patterns,
    allowed,
    templates: new CheckTemplates(templates, allowed),
    news,
    audit,
  });
  return {
    procsStore,
    templates,
    findProc,
    prepareArgs: new PrepareArgs(secretsStore, patterns),
    controllers: [
      new ProcsController(
        findProc,
        new FindRevision(findProc, procsStore),
        registerProcs,
        new RemoveProc(procsStore, news, audit),
        new CheckJobs(signals, templates),
      ),
    ],
  };
}

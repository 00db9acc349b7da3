import { routes, type BodyOf } from '@app/contract';
import type { PodTemplateRecord, PodTemplatesStore, ProcsStore } from '@app/database';
import {
  AppError,
  checkPodTemplate,
  checkTemplateUse,
  describeChanges,
  type AllowedSettings,
  type ErrorDetail,
  type PodTemplate,
  withoutNulls,
} from '@app/domain';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Caller } from '../authentication/caller.js';

export interface ChangePodTemplatesDependencies {
  templates: PodTemplatesStore;
  procs: Pick<ProcsStore, 'list'>;
  allowed: AllowedSettings;
  audit: AuditTrail;
}

/** Applies and removes pod templates. */
export class ChangePodTemplates {
  constructor(private readonly dependencies: ChangePodTemplatesDependencies) {}

  /** Creates or replaces one. May be repeated. @throws AppError `malformed_request` */
  async apply(
    name: string,
    { metadata, spec }: BodyOf<'applyPodTemplate'>,
    { user, address }: Caller,
  ): Promise<PodTemplateRecord> {
    const given = withoutNulls({ metadata, spec });
    throwIfAny(checkPodTemplate(given, this.dependencies.allowed));
    const { metadata: checked, ...rest } = given as Pick<PodTemplate, 'spec'> & Partial<PodTemplate>;
    const template = { metadata: { labels: {}, annotations: {}, ...checked }, ...rest };
    throwIfAny(await this.checkUsers(name, template));
    const before = await this.dependencies.templates.find(name);
    const details = { changes: describeChanges(before?.template ?? null, template) };
    const entry = { actor: user.email, action: 'applyPodTemplate', subject: name, address, details };
    return this.dependencies.audit.recordChange(entry, () =>
      this.dependencies.templates.put(name, template, user.email),
    );
  }

  /** @throws AppError `not_found`; `conflict` while a proc uses it */
  async remove(name: string, { user, address }: Caller): Promise<void> {
    const before = await this.dependencies.templates.find(name);
    const details = { changes: describeChanges(before?.template ?? null, null) };
    const entry = { actor: user.email, action: 'removePodTemplate', subject: name, address, details };
    await this.dependencies.audit.recordChange(entry, async () => {
      const outcome = await this.dependencies.templates.remove(name);
      if (outcome === 'not_found') throw noPodTemplate(name);
      if (outcome !== 'removed') throw inUse(name, outcome.usedBy);
    });
  }

  private async checkUsers(name: string, template: PodTemplate): Promise<ErrorDetail[]> {
    const users = (await this.dependencies.procs.list()).filter(({ pod }) => pod.template === name);
    return users.flatMap(({ name: proc, pod }) => {
      const uses = checkTemplateUse(pod, template).map(({ message }) => ({
        field: 'template.spec.containers',
        message,
      }));
      const refused = checkPodTemplate(template, this.dependencies.allowed, pod.namespace);
      return [...refused, ...uses].map(({ field, message }) => ({
        field,
        message: `proc ${proc}: ${message}`,
      }));
    });
  }
}

function throwIfAny(details: readonly ErrorDetail[]): void {
  if (details.length === 0) return;
  throw new AppError('malformed_request', routes.applyPodTemplate.malformedMessage, { details });
}

export function noPodTemplate(name: string): AppError {
  return new AppError('not_found', `No such pod template: ${name}.`, {
    hint: 'See `proctor pod-template list`.',
  });
}

function inUse(name: string, procs: readonly string[]): AppError {
  return new AppError('conflict', `Pod template ${name} is in use by ${procs.join(', ')}.`, {
    hint: 'First apply these procs without it, or with another one.',
  });
}

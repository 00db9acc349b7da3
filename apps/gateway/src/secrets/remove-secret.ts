import type { SecretsStore } from '@app/database';
import { AppError } from '@app/domain';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Caller } from '../authentication/caller.js';

/** Removes secrets of procs. */
export class RemoveSecret {
  constructor(
    private readonly secrets: Pick<SecretsStore, 'list' | 'remove'>,
    private readonly audit: AuditTrail,
  ) {}

  /** Running executions keep their copy. @throws AppError `not_found` if it is not set */
  async remove(procName: string, name: string, { user, address }: Caller): Promise<void> {
    const secrets = await this.secrets.list(procName);
    if (!secrets.some((secret) => secret.name === name)) throw notSet(procName, name);
    const entry = {
      actor: user.email,
      action: 'removeSecret',
      subject: procName,
      address,
      details: { names: name },
    };
    await this.audit.recordChange(entry, async () => {
      if (!(await this.secrets.remove(procName, name))) throw notSet(procName, name);
    });
  }
}

function notSet(procName: string, name: string): AppError {
  return new AppError('not_found', `No such secret of ${procName}: ${name}.`);
}

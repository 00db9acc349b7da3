import { routes, type BodyOf } from '@app/contract';
import type { ProcsStore, SecretsStore } from '@app/database';
import { AppError, checkSecret, type ErrorDetail } from '@app/domain';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Caller } from '../authentication/caller.js';

/** Sets secrets of a proc, which need not be registered or declare them yet. */
export class SetSecrets {
  constructor(
    private readonly secrets: SecretsStore,
    private readonly procs: ProcsStore,
    private readonly audit: AuditTrail,
  ) {}

  /** Sets all of them, or none. May be repeated. @throws AppError `malformed_request`, which contains no value */
  async set({ job_name: procName, secrets }: BodyOf<'setSecrets'>, { user, address }: Caller): Promise<void> {
    const names = Object.keys(secrets);
    const problems = [
      ...Object.entries(secrets).flatMap(([name, value]) => checkSecret(name, value)),
      ...(await this.findArgs(procName, names)),
    ];
    if (problems.length > 0) {
      throw new AppError('malformed_request', routes.setSecrets.malformedMessage, { details: problems });
    }
    const known = await this.secrets.list(procName);
    const replaced = known.filter(({ name }) => names.includes(name)).map(({ name }) => name);
    const details = { names: names.join(' '), ...(replaced.length > 0 && { replaced: replaced.join(' ') }) };
    const entry = { actor: user.email, action: 'setSecrets', subject: procName, address, details };
    await this.audit.recordChange(entry, () => this.secrets.set(procName, secrets, user.email));
  }

  private async findArgs(procName: string, names: readonly string[]): Promise<ErrorDetail[]> {
    const args = (await this.procs.find(procName))?.proc.args ?? [];
    return args
      .filter(({ name }) => names.includes(name))
      .map(({ name }) => ({
        field: name,
        message: `"${name}" is an arg of ${procName}; rename the secret`,
      }));
  }
}

import type { ProcsStore, SecretRecord, SecretsStore } from '@app/database';
import { AppError } from '@app/domain';

/** Tells which secrets are set, never their values. */
export class ListSecrets {
  constructor(
    private readonly secrets: Pick<SecretsStore, 'list'>,
    private readonly procs: Pick<ProcsStore, 'find'>,
  ) {}

  /** By name. The proc need not be registered yet. @throws AppError `not_found` if nothing is known of it */
  async list(procName: string): Promise<SecretRecord[]> {
    const secrets = await this.secrets.list(procName);
    if (secrets.length > 0 || (await this.procs.find(procName))) return secrets;
    throw new AppError('not_found', `There is no proc ${procName}, and no secret is set for it.`);
  }
}

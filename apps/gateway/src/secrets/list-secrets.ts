import type { ProcsStore, SecretRecord, SecretsStore } from '@app/database';
import { AppError } from '@app/domain';

/** Lists the names of secrets, never their values. */
export class ListSecrets {
  constructor(
    private readonly secrets: Pick<SecretsStore, 'list'>,
    private readonly procs: Pick<ProcsStore, 'find'>,
  ) {}

  /** By name. @throws AppError `not_found` if there is neither such a proc nor a secret for one */
  async list(procName: string): Promise<SecretRecord[]> {
    const secrets = await this.secrets.list(procName);
    if (secrets.length > 0 || (await this.procs.find(procName))) return secrets;
    throw new AppError('not_found', `No such proc: ${procName}, and no secrets are set for it.`);
  }
}

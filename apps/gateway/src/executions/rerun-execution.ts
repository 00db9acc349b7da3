import type { ExecutionsStore, SecretsStore } from '@app/database';
import { AppError, type Execution } from '@app/domain';
import type { Caller } from '../authentication/caller.js';
import type { FindProc } from '../procs/find-proc.js';
import type { AcceptExecution } from './accept-execution.js';
import type { Backlog } from './backlog.js';
import type { FindExecution } from './find-execution.js';
import type { KeyedHash } from '../secrets/keyed-hash.js';
import { readIdempotencyKey } from './read-idempotency-key.js';

export interface RerunExecutionDependencies {
  executions: Pick<ExecutionsStore, 'readSecretArgs'>;
  secrets: Pick<SecretsStore, 'openArgs'>;
  findExecution: FindExecution;
  findProc: FindProc;
  backlog: Backlog;
  acceptExecution: AcceptExecution;
  bodyHash: KeyedHash;
}

/** Executes the current revision of a proc with the args of an earlier execution. */
export class RerunExecution {
  constructor(private readonly dependencies: RerunExecutionDependencies) {}

  /**
   * Returns the new execution, or the existing one of the same Idempotency-Key. The earlier one need not have ended; its
   * callback URL is not reused.
   * @throws AppError as `SubmitExecution` and `FindExecution` do; `conflict` if its secret args can no longer be decrypted
   */
  async rerun(id: string, key: string | undefined, caller: Caller): Promise<Execution> {
    const scope = { identity: caller.user.email, route: 'POST /execution/:id/rerun', request: { id } };
    const idempotency = readIdempotencyKey(key, scope, this.dependencies.bodyHash);
    await this.dependencies.backlog.throwIfFull(caller.user.email, idempotency);
    const earlier = await this.dependencies.findExecution.find(id, caller);
    const registered = await this.dependencies.findProc.find(earlier.procName, caller);
    const secretArgs = await this.readSecretArgs(earlier);
    const request = {
      registered,
      args: { ...earlier.args, ...secretArgs },
      secretNames: Object.keys(secretArgs),
      callbackUrl: null,
      idempotency,
      origin: { kind: 'rerun', rerunOf: earlier.id },
    } as const;
    return this.dependencies.acceptExecution.accept(request, caller);
  }

  private async readSecretArgs({ id, procName }: Execution): Promise<Record<string, string>> {
    const sealed = await this.dependencies.executions.readSecretArgs(id);
    if (!sealed) return {};
    try {
      return this.dependencies.secrets.openArgs(procName, sealed);
    } catch (cause) {
      const names = Object.keys(sealed).join(', ');
      throw new AppError(
        'conflict',
        `The secret args of execution ${id} can no longer be decrypted: ${names}.`,
        {
          hint: 'They were encrypted with another PROCTOR_SECRET_KEY. Execute the proc and pass them again.',
          cause,
        },
      );
    }
  }
}

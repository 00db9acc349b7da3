import type { ExecutionsStore, SecretsStore } from '@app/database';
import { AppError, owns, type Execution, type User } from '@app/domain';
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
   * callback URL is not reused, and its secret args only by who gave them: admins may not use them in their own name either.
   * @param given args that replace those of the earlier execution
   * @throws AppError as `SubmitExecution` and `FindExecution` do; `invalid_args` if another user's secret args are not
   * given; `conflict` if the caller's own can no longer be decrypted
   */
  async rerun(
    id: string,
    given: Readonly<Record<string, string>>,
    key: string | undefined,
    caller: Caller,
  ): Promise<Execution> {
    const args = Object.keys(given).length === 0 ? undefined : given;
    const scope = { identity: caller.user.email, route: 'POST /execution/:id/rerun', request: { id, args } };
    const idempotency = readIdempotencyKey(key, scope, this.dependencies.bodyHash);
    await this.dependencies.backlog.throwIfFull(caller.user.email, idempotency);
    const earlier = await this.dependencies.findExecution.find(id, caller);
    return this.dependencies.findProc.withProc(earlier.procName, caller, async (registered) => {
      throwIfMissing(earlier, argsToPass(caller.user, earlier), given);
      const secretArgs = await this.readSecretArgs(earlier, given);
      return this.dependencies.acceptExecution.accept(
        {
          registered,
          args: { ...earlier.args, ...secretArgs, ...given },
          secretNames: earlier.secretArgNames,
          callbackUrl: null,
          idempotency,
          origin: { kind: 'rerun', rerunOf: earlier.id },
        },
        caller,
      );
    });
  }

  /** The earlier secret args that the request does not replace. */
  private async readSecretArgs(
    { id, procName }: Execution,
    given: Readonly<Record<string, string>>,
  ): Promise<Record<string, string>> {
    const all = (await this.dependencies.executions.readSecretArgs(id)) ?? {};
    const sealed = Object.fromEntries(Object.entries(all).filter(([name]) => !Object.hasOwn(given, name)));
    try {
      return this.dependencies.secrets.openArgs(procName, sealed);
    } catch (cause) {
      const names = Object.keys(sealed).join(', ');
      throw new AppError(
        'conflict',
        `The secret args of execution ${id} can no longer be decrypted: ${names}.`,
        {
          hint: 'They were encrypted with another PROCTOR_SECRET_KEY, which is not in PROCTOR_SECRET_KEY_ALSO. Execute the proc and pass them again.',
          cause,
        },
      );
    }
  }
}

/**
 * The secret args that this user must pass to execute the proc again: those that another user gave. Who gave them is the
 * owner of the execution: of a rerun, who passed them again; of a schedule's, the owner of the schedule.
 */
export function argsToPass(user: User, execution: Execution): readonly string[] {
  return owns(user, execution) ? [] : execution.secretArgNames;
}

function throwIfMissing(
  { id }: Execution,
  names: readonly string[],
  given: Readonly<Record<string, string>>,
): void {
  const missing = names.filter((name) => !Object.hasOwn(given, name));
  if (missing.length === 0) return;
  throw new AppError(
    'invalid_args',
    `Another user started execution ${id}, and its secret args are not carried over for you.`,
    {
      details: missing.map((field) => ({ field, message: `"${field}" is secret; pass a value of your own` })),
      hint: 'With an older CLI use `proctor execute`, which prompts for them.',
    },
  );
}

import type { SealedArgs, SecretsStore } from '@app/database';
import { AppError, checkArgs, completeArgs, splitArgs, type ErrorDetail, type Proc } from '@app/domain';
import type { Patterns } from '@app/patterns';

/** Args as they are stored. */
export interface PreparedArgs {
  args: Record<string, string>;
  /** Null: none. */
  secretArgs: SealedArgs | null;
}

/** Checks the args for a proc, and encrypts the secret ones. */
export class PrepareArgs {
  constructor(
    private readonly secrets: Pick<SecretsStore, 'sealArgs'>,
    private readonly patterns: Patterns,
  ) {}

  /**
   * Prepares the args of an execution, with the proc's defaults.
   * @param secretNames args that stay secret even if the proc no longer declares them so
   * @throws AppError `invalid_args`, which contains no value of a secret arg
   */
  forExecution(
    proc: Proc,
    given: Readonly<Record<string, string>>,
    secretNames: readonly string[] = [],
  ): PreparedArgs {
    this.check(proc, given, secretNames);
    return this.seal(proc, completeArgs(proc, given), secretNames);
  }

  /** Prepares the args of a schedule, without defaults: those apply when it fires. @throws AppError as `forExecution` does */
  forSchedule(proc: Proc, given: Readonly<Record<string, string>>): PreparedArgs {
    this.check(proc, given, []);
    return this.seal(proc, given, []);
  }

  private check(proc: Proc, given: Readonly<Record<string, string>>, secretNames: readonly string[]): void {
    const problems = checkArgs(proc, given, this.patterns.forRequest());
    if (problems.length === 0) return;
    throw new AppError('invalid_args', `Invalid args for ${proc.name}`, {
      details: problems.map((problem) => hideValue(problem, secretNames)),
    });
  }

  private seal(
    proc: Proc,
    complete: Readonly<Record<string, string>>,
    secretNames: readonly string[],
  ): PreparedArgs {
    const declared = splitArgs(proc, complete).secretArgs;
    const isSecret = ([name]: [string, string]) =>
      Object.hasOwn(declared, name) || secretNames.includes(name);
    const entries = Object.entries(complete);
    return {
      args: Object.fromEntries(entries.filter((entry) => !isSecret(entry))),
      secretArgs: this.secrets.sealArgs(proc.name, Object.fromEntries(entries.filter(isSecret))),
    };
  }
}

/** Removes the value from the message if the arg was secret, though the proc no longer declares it so. */
function hideValue(problem: ErrorDetail, secretNames: readonly string[]): ErrorDetail {
  const { field } = problem;
  if (!secretNames.includes(field)) return problem;
  const message = `The value of "${field}", which was passed as a secret, is invalid for the current revision of the proc`;
  return { field, message };
}

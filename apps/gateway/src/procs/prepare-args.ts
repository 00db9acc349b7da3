import type { SealedArgs, SecretsStore } from '@app/database';
import { AppError, checkArgs, completeArgs, splitArgs, type ErrorDetail, type Proc } from '@app/domain';
import type { Patterns } from '@app/patterns';

/** Args as they are stored. */
export interface PreparedArgs {
  args: Record<string, string>;
  /** Null: none was given. */
  secretArgs: SealedArgs | null;
}

/** Checks the args that somebody gives to a proc, and encrypts those that are secret. */
export class PrepareArgs {
  constructor(
    private readonly secrets: Pick<SecretsStore, 'sealArgs'>,
    private readonly patterns: Patterns,
  ) {}

  /**
   * For an execution: the proc's defaults are filled in.
   * @param secretNames args that were secret when they were given first: they stay so, whatever the proc says now
   * @throws AppError `invalid_args`, which holds no value of a secret arg
   */
  forExecution(
    proc: Proc,
    given: Readonly<Record<string, string>>,
    secretNames: readonly string[] = [],
  ): PreparedArgs {
    this.check(proc, given, secretNames);
    return this.seal(proc, completeArgs(proc, given), secretNames);
  }

  /** For a schedule: defaults are those that the proc has when it fires. @throws AppError as `forExecution` does */
  forSchedule(proc: Proc, given: Readonly<Record<string, string>>): PreparedArgs {
    this.check(proc, given, []);
    return this.seal(proc, given, []);
  }

  private check(proc: Proc, given: Readonly<Record<string, string>>, secretNames: readonly string[]): void {
    const problems = checkArgs(proc, given, this.patterns.matches);
    if (problems.length === 0) return;
    throw new AppError('invalid_args', `These args do not fit ${proc.name}`, {
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

/** An arg that is no secret for the proc (any more) is shown in the message. */
function hideValue(problem: ErrorDetail, secretNames: readonly string[]): ErrorDetail {
  const { field } = problem;
  if (!secretNames.includes(field)) return problem;
  const message = `The value of "${field}", which was given as a secret, does not fit the proc as it is now`;
  return { field, message };
}

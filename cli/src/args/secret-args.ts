import type { ProcMetadata } from '@app/contract';
import { AppError } from '@app/domain';

type Declaration = ProcMetadata['env_vars']['args'][number];

/** Required secret arguments that were not given and have no default. */
export function missingSecretArgs(
  proc: ProcMetadata,
  given: Readonly<Record<string, string>>,
): Declaration[] {
  return proc.env_vars.args.filter(
    ({ type, name, required, default: value }) =>
      type === 'secret' && required && value == null && !Object.hasOwn(given, name),
  );
}

export function secretArgsOf(proc: ProcMetadata): Declaration[] {
  return proc.env_vars.args.filter(({ type }) => type === 'secret');
}

/** Throws `invalid_args` if one of these is a secret argument: other users of the machine can see the command line. */
export function refuseSecretWords(
  secretArgs: readonly Pick<Declaration, 'name'>[],
  names: readonly string[],
): void {
  const secret = secretArgs.filter(({ name }) => names.includes(name));
  if (secret.length === 0) return;
  throw new AppError(
    'invalid_args',
    'Secret arguments are not accepted on the command line, where other users can see them.',
    {
      hint: 'Omit them to be prompted, or put `NAME: value` lines into a file for -f FILE (-f - reads standard input).',
      details: secret.map(({ name }) => ({ field: name, message: 'is secret' })),
    },
  );
}

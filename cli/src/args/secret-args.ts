import type { ProcMetadata } from '@app/contract';
import { AppError } from '@app/domain';

type Declaration = ProcMetadata['env_vars']['args'][number];

/** Required args of type secret that were not given and have no default. */
export function missingSecretArgs(
  proc: ProcMetadata,
  given: Readonly<Record<string, string>>,
): Declaration[] {
  return proc.env_vars.args.filter(
    ({ type, name, required, default: value }) =>
      type === 'secret' && required && value == null && !Object.hasOwn(given, name),
  );
}

/** Throws `invalid_args` if one of these names is an arg of type secret: everybody on this machine sees a word. */
export function refuseSecretWords(proc: ProcMetadata, names: readonly string[]): void {
  const secret = proc.env_vars.args.filter(({ type, name }) => type === 'secret' && names.includes(name));
  if (secret.length === 0) return;
  throw new AppError(
    'invalid_args',
    'A secret does not belong on the command line, where others can see it.',
    {
      hint: 'Leave it out and be asked for it, or put `NAME: value` into a file for -f FILE (-f -: standard input).',
      details: secret.map(({ name }) => ({ field: name, message: 'is secret' })),
    },
  );
}

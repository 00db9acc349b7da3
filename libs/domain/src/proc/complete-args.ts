import type { Proc } from './proc.js';

/** The args given, and the default of each arg that has one and was not given. Changes nothing in `given`. */
export function completeArgs(
  { args }: Pick<Proc, 'args'>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const defaults = args.flatMap(({ name, default: value }) =>
    value === null || Object.hasOwn(given, name) ? [] : [[name, value] as const],
  );
  return Object.fromEntries([...Object.entries(given), ...defaults]);
}

/** Args by how they are kept: those that are declared as secret are encrypted, and shown to nobody. */
export interface SplitArgs {
  args: Record<string, string>;
  secretArgs: Record<string, string>;
}

/** Splits by the declared type; an arg that is not declared is no secret. */
export function splitArgs(proc: Pick<Proc, 'args'>, args: Readonly<Record<string, string>>): SplitArgs {
  const secretNames = new Set(proc.args.filter(({ type }) => type === 'secret').map(({ name }) => name));
  const entries = Object.entries(args);
  return {
    args: Object.fromEntries(entries.filter(([name]) => !secretNames.has(name))),
    secretArgs: Object.fromEntries(entries.filter(([name]) => secretNames.has(name))),
  };
}

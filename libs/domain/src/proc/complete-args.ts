import type { Proc } from './proc.js';

/** Returns the given args plus the defaults of omitted args. Does not modify `given`. */
export function completeArgs(
  { args }: Pick<Proc, 'args'>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const defaults = args.flatMap(({ name, default: value }) =>
    value === null || Object.hasOwn(given, name) ? [] : [[name, value] as const],
  );
  return Object.fromEntries([...Object.entries(given), ...defaults]);
}

/** Args grouped by how they are stored: secret args are encrypted and never shown. */
export interface SplitArgs {
  args: Record<string, string>;
  secretArgs: Record<string, string>;
}

/** Splits args by their declared type. Undeclared args are not secret. */
export function splitArgs(proc: Pick<Proc, 'args'>, args: Readonly<Record<string, string>>): SplitArgs {
  const secretNames = new Set(proc.args.filter(({ type }) => type === 'secret').map(({ name }) => name));
  const entries = Object.entries(args);
  return {
    args: Object.fromEntries(entries.filter(([name]) => !secretNames.has(name))),
    secretArgs: Object.fromEntries(entries.filter(([name]) => secretNames.has(name))),
  };
}

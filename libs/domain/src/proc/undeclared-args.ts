import type { ErrorDetail } from '../app-error.js';
import { describeEnvNameProblem, findEnvNameProblem } from './env-names.js';
import { quoteForMessage } from './env-value.js';
import { isReadByPrograms } from './program-variables.js';

/**
 * The args that a proc takes without declaring them: names, and prefixes such as `REPORT_*`. True: any name, for a proc from
 * before there were lists.
 */
export type UndeclaredArgs = true | readonly string[];

export const MAX_UNDECLARED_ENTRIES = 100;
/** Each of 100 problems may list them. */
const SHOWN_NAMES = 20;
/** Long enough to mean something: a prefix ends with `_`. */
const PREFIX = /^[A-Za-z][A-Za-z0-9_]*_\*$/;

/** What to write instead of true. */
export const LIST_INSTEAD =
  'list the names that the proc reads instead of true, such as [SERVICE, "REPORT_*"]; with true a caller could set any variable that a program in the image reads';

/** Explains why a proc does not take an arg that it does not declare, or returns null. */
export function describeUndeclaredProblem(
  { allowUndeclaredArgs, args }: { allowUndeclaredArgs: UndeclaredArgs; args: readonly { name: string }[] },
  name: string,
): string | null {
  const listed = allowUndeclaredArgs === true ? [] : allowUndeclaredArgs;
  if (listed.includes(name)) return null;
  const isMatched = allowUndeclaredArgs === true || listed.some((entry) => matchesPrefix(entry, name));
  if (!isMatched) {
    const expected = [...args.map((arg) => arg.name), ...listed];
    const shown = expected.slice(0, SHOWN_NAMES).join(', ');
    const more = expected.length > SHOWN_NAMES ? `, … (${expected.length} in total)` : '';
    const takes = expected.length === 0 ? 'it takes no args' : `it takes ${shown}${more}`;
    return `${quoteForMessage(name)} is not an arg of this proc (${takes}); remove it or correct its name`;
  }
  return isReadByPrograms(name)
    ? `${quoteForMessage(name)} is not declared by this proc, and is a name that programs take settings from; remove it, or ask an admin to declare it`
    : null;
}

/** Lists what is wrong with the list. Exact names are the author's choice; prefixes must not be those of other programs. */
export function checkUndeclaredArgs(allowed: UndeclaredArgs): ErrorDetail[] {
  if (allowed === true) return [];
  if (allowed.length > MAX_UNDECLARED_ENTRIES) {
    const message = `at most ${MAX_UNDECLARED_ENTRIES} entries are allowed, got ${allowed.length}; remove some`;
    return [{ field: 'allowUndeclaredArgs', message }];
  }
  return allowed.flatMap((entry, index) => {
    const message = describeEntryProblem(entry);
    return message === null ? [] : [{ field: `allowUndeclaredArgs.${index}`, message }];
  });
}

function describeEntryProblem(entry: string): string | null {
  const shown = quoteForMessage(entry);
  if (!entry.includes('*')) {
    const problem = findEnvNameProblem(entry);
    return problem && `${shown} ${describeEnvNameProblem(problem)}`;
  }
  if (!PREFIX.test(entry)) {
    return `expected a name such as SERVICE, or a prefix that ends with _ and a star, such as REPORT_*, got ${shown}`;
  }
  // With a word that no program has: only the prefix decides.
  return isReadByPrograms(`${entry.slice(0, -1)}X`)
    ? `${shown} covers names that programs take settings from; list the names one by one`
    : null;
}

function matchesPrefix(entry: string, name: string): boolean {
  return entry.endsWith('*') && name.startsWith(entry.slice(0, -1));
}

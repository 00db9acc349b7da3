import type { ErrorDetail } from '../app-error.js';
import { describeArgValueProblem, type MatchesPattern } from './check-arg-value.js';
import { completeArgs } from './complete-args.js';
import { describeEnvNameProblem, findEnvNameProblem } from './env-names.js';
import {
  countUtf8Bytes,
  describeEnvValueProblem,
  MAX_ENV_TOTAL_BYTES,
  mayBeLonger,
  quoteForMessage,
} from './env-value.js';
import type { Proc } from './proc.js';
import { describeUndeclaredProblem } from './undeclared-args.js';

type Declared = Pick<Proc, 'args' | 'secrets' | 'allowUndeclaredArgs'>;

/**
 * Lists the problems of the args given for an execution. Empty if they are valid. One entry per arg; `field` is its name.
 * Messages show at most 60 characters of a value, and nothing of a secret. An empty string counts as given, and is valid
 * for strings only. A required arg with a default may be omitted.
 */
export function checkArgs(
  proc: Declared,
  given: Readonly<Record<string, string>>,
  matches: MatchesPattern,
): ErrorDetail[] {
  const problems = Object.entries(given).flatMap(([name, value]) => {
    const message = describeNameProblem(proc, name) ?? describeValueProblem(proc, name, value, matches);
    return message === null ? [] : [{ field: name, message }];
  });
  const complete = completeArgs(proc, given);
  const missing = proc.args
    .filter(({ name, required }) => required && !Object.hasOwn(complete, name))
    .map(({ name, description }) => ({ field: name, message: describeMissing(name, description) }));
  return [...problems, ...missing, ...checkTotal(complete)];
}

function describeNameProblem(proc: Declared, name: string): string | null {
  const problem = findEnvNameProblem(name);
  if (problem !== null) return `${quoteForMessage(name)} ${describeEnvNameProblem(problem)}`;
  if (proc.secrets.some((secret) => secret.name === name)) {
    return `${quoteForMessage(name)} is a secret of this proc, set by an admin. It cannot be passed as an arg; remove it`;
  }
  if (proc.args.some((arg) => arg.name === name)) return null;
  return describeUndeclaredProblem(proc, name);
}

function describeValueProblem(
  proc: Declared,
  name: string,
  value: string,
  matches: MatchesPattern,
): string | null {
  const arg = proc.args.find((declared) => declared.name === name);
  const problem = arg ? describeArgValueProblem(arg, value, matches) : describeEnvValueProblem(value);
  return problem === null ? null : `The value of ${quoteForMessage(name)} ${problem}`;
}

function describeMissing(name: string, description: string): string {
  const meaning = description.trim() === '' ? '' : ` (${description.trim()})`;
  return `Argument ${quoteForMessage(name)} is required${meaning}. Add ${name}=value`;
}

function checkTotal(args: Readonly<Record<string, string>>): ErrorDetail[] {
  const values = Object.values(args);
  if (!mayBeLonger(values, MAX_ENV_TOTAL_BYTES)) return [];
  const bytes = values.reduce((sum, value) => sum + countUtf8Bytes(value), 0);
  if (bytes <= MAX_ENV_TOTAL_BYTES) return [];
  const message = `All values together may take up to ${MAX_ENV_TOTAL_BYTES} bytes, got ${bytes}; shorten them`;
  return [{ field: 'args', message }];
}

import type { ErrorDetail } from '../app-error.js';
import { describeEnvNameProblem, findEnvNameProblem } from './env-names.js';
import { countUtf8Bytes, describeEnvValueProblem, MAX_ENV_TOTAL_BYTES } from './env-value.js';
import type { Proc } from './proc.js';

/**
 * What is wrong with the args given for an execution; empty if they may be used. One entry per arg, `field` is its
 * name; messages never contain a value, since that may be secret. An empty string counts as given.
 */
export function checkArgs(
  proc: Pick<Proc, 'args' | 'secrets' | 'allowUndeclaredArgs'>,
  given: Readonly<Record<string, string>>,
): ErrorDetail[] {
  const problems = Object.entries(given).flatMap(([name, value]) => {
    const message = describeNameProblem(proc, name) ?? describeValueProblem(name, value);
    return message === null ? [] : [{ field: name, message }];
  });
  const missing = proc.args
    .filter(({ name, required }) => required && !Object.hasOwn(given, name))
    .map(({ name, description }) => ({ field: name, message: describeMissing(name, description) }));
  return [...problems, ...missing, ...checkTotal(given)];
}

function describeNameProblem(
  proc: Pick<Proc, 'args' | 'secrets' | 'allowUndeclaredArgs'>,
  name: string,
): string | null {
  const problem = findEnvNameProblem(name);
  if (problem !== null) return `${quote(name)} ${describeEnvNameProblem(problem)}`;
  if (proc.secrets.some((secret) => secret.name === name)) {
    return `${quote(name)} is a secret of this proc: an admin sets it once, it is not given as an arg; leave it out`;
  }
  if (proc.allowUndeclaredArgs || proc.args.some((arg) => arg.name === name)) return null;
  const declared = proc.args.map((arg) => arg.name);
  const expected = declared.length === 0 ? 'it takes none' : `it takes ${declared.join(', ')}`;
  return `${quote(name)} is not an arg of this proc (${expected}); leave it out or correct its name`;
}

function describeValueProblem(name: string, value: string): string | null {
  const problem = describeEnvValueProblem(value);
  return problem === null ? null : `The value of ${quote(name)} ${problem}`;
}

function describeMissing(name: string, description: string): string {
  const meaning = description.trim() === '' ? '' : ` (${description.trim()})`;
  return `${quote(name)} is required${meaning}, but was not given; add ${name}=value`;
}

function checkTotal(given: Readonly<Record<string, string>>): ErrorDetail[] {
  const bytes = Object.values(given).reduce((sum, value) => sum + countUtf8Bytes(value), 0);
  if (bytes <= MAX_ENV_TOTAL_BYTES) return [];
  const message = `All values together may have ${MAX_ENV_TOTAL_BYTES} bytes, got ${bytes}; shorten them`;
  return [{ field: 'args', message }];
}

const SHOWN_CHARACTERS = 60;

function quote(name: string): string {
  return JSON.stringify(name.length > SHOWN_CHARACTERS ? `${name.slice(0, SHOWN_CHARACTERS)}…` : name);
}

import { isLongEnoughToMask, MIN_SECRET_LENGTH } from '../secret/check-secret.js';
import { compareDecimals } from './compare-decimals.js';
import { describeEnvValueProblem, quoteForMessage } from './env-value.js';
import type { ArgDeclaration } from './proc.js';

/**
 * Returns true if the whole value matches the RE2 pattern. Passed in, because it needs a library. It must run in time
 * linear in the length of the value for every pattern. Called only with valid patterns.
 */
export type MatchesPattern = (pattern: string, value: string) => boolean;

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const SHOWN_OPTIONS = 10;
const SHOWN_PATTERN_CHARACTERS = 200;

/**
 * Explains why a value is not acceptable for this arg, as the end of a sentence such as "The value of X …", or returns
 * null. States what was expected and what was given, but never the value of a secret.
 */
export function describeArgValueProblem(
  arg: ArgDeclaration,
  value: string,
  matches: MatchesPattern,
): string | null {
  return describeEnvValueProblem(value) ?? describeTypeProblem(arg, value, matches);
}

function describeTypeProblem(arg: ArgDeclaration, value: string, matches: MatchesPattern): string | null {
  switch (arg.type) {
    case 'string':
      return matchesOwnPattern(arg, value, matches) ? null : `${describePattern(arg)}, ${got(value)}`;
    case 'number':
      return isNumber(value) && isInRange(arg, value)
        ? null
        : `must be a number${describeRange(arg)}, ${got(value)}`;
    case 'boolean':
      return value === 'true' || value === 'false' ? null : `must be true or false, ${got(value)}`;
    case 'enum':
      return arg.options.includes(value) ? null : `must be one of ${listOptions(arg.options)}, ${got(value)}`;
    case 'secret':
      if (!isLongEnoughToMask(value)) {
        return `is too short: a secret needs at least ${MIN_SECRET_LENGTH} characters, because every occurrence in a log is masked`;
      }
      return matchesOwnPattern(arg, value, matches) ? null : `${describePattern(arg)}, but does not`;
  }
}

/** Whether it is a decimal number in the range of most programs. */
export function isNumber(text: string): boolean {
  return NUMBER.test(text) && Number.isFinite(Number(text));
}

function isInRange({ min, max }: ArgDeclaration, value: string): boolean {
  return (
    (min === null || compareDecimals(value, min) >= 0) && (max === null || compareDecimals(value, max) <= 0)
  );
}

function describeRange({ min, max }: ArgDeclaration): string {
  if (min !== null && max !== null) return ` from ${min} to ${max}`;
  if (min !== null) return ` of at least ${min}`;
  return max === null ? ' such as 3, -0.5 or 2e6' : ` of at most ${max}`;
}

function matchesOwnPattern({ pattern }: ArgDeclaration, value: string, matches: MatchesPattern): boolean {
  return pattern === null || matches(pattern, value);
}

function describePattern({ pattern, example }: ArgDeclaration): string {
  const text = pattern ?? '';
  const shown = text.length > SHOWN_PATTERN_CHARACTERS ? `${text.slice(0, SHOWN_PATTERN_CHARACTERS)}…` : text;
  const such = example === null ? '' : `, such as ${quoteForMessage(example)}`;
  return `must match the whole pattern ${shown}${such}`;
}

function listOptions(options: readonly string[]): string {
  const shown = options.slice(0, SHOWN_OPTIONS).map(quoteForMessage).join(', ');
  return options.length > SHOWN_OPTIONS ? `${shown}, … (${options.length} in total)` : shown;
}

function got(value: string): string {
  return value === '' ? 'got an empty value' : `got ${quoteForMessage(value)}`;
}

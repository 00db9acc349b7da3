import { isLongEnoughToMask, MIN_SECRET_LENGTH } from '../secret/check-secret.js';
import { describeEnvValueProblem, quoteForMessage } from './env-value.js';
import type { ArgDeclaration } from './proc.js';

/**
 * True if the whole value matches the pattern (RE2 syntax). Passed in, because it needs a library: it must take time
 * that grows linearly with the value, whatever the pattern. Called only with patterns that were found valid.
 */
export type MatchesPattern = (pattern: string, value: string) => boolean;

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const SHOWN_OPTIONS = 10;
const SHOWN_PATTERN_CHARACTERS = 200;

/**
 * What speaks against a value for this arg, or null; to be put behind "The value of X" or the like. Says what was
 * expected and what came, but nothing of the value of a secret.
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
      return isNumber(value) && isInRange(arg, Number(value))
        ? null
        : `must be a number${describeRange(arg)}, ${got(value)}`;
    case 'boolean':
      return value === 'true' || value === 'false' ? null : `must be true or false, ${got(value)}`;
    case 'enum':
      return arg.options.includes(value) ? null : `must be one of ${listOptions(arg.options)}, ${got(value)}`;
    case 'secret':
      if (!isLongEnoughToMask(value)) {
        return `is too short: a secret has at least ${MIN_SECRET_LENGTH} characters, because every occurrence in a log is masked`;
      }
      return matchesOwnPattern(arg, value, matches) ? null : `${describePattern(arg)}, and does not`;
  }
}

function isNumber(text: string): boolean {
  return NUMBER.test(text) && Number.isFinite(Number(text));
}

function isInRange({ min, max }: ArgDeclaration, value: number): boolean {
  return (min === null || value >= min) && (max === null || value <= max);
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
  return `must match the pattern ${shown} as a whole${such}`;
}

function listOptions(options: readonly string[]): string {
  const shown = options.slice(0, SHOWN_OPTIONS).map(quoteForMessage).join(', ');
  return options.length > SHOWN_OPTIONS ? `${shown}, … (${options.length} in all)` : shown;
}

function got(value: string): string {
  return value === '' ? 'got an empty text' : `got ${quoteForMessage(value)}`;
}

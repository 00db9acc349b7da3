import type { ErrorDetail } from '../app-error.js';
import { describeArgValueProblem, isNumber, type MatchesPattern } from './check-arg-value.js';
import { compareDecimals } from './compare-decimals.js';
import { describeEnvValueProblem, describeTextProblem, quoteForMessage } from './env-value.js';
import type { ArgDeclaration } from './proc.js';

export const MAX_OPTIONS = 100;
export const MAX_OPTION_LENGTH = 1_000;
export const MAX_PATTERN_LENGTH = 1_000;

/** Explains why a text is not a valid RE2 pattern, or returns null. Passed in, like `MatchesPattern`. */
export type DescribePatternProblem = (pattern: string) => string | null;

/**
 * Lists the problems of an arg declaration, except for its name. `field` is a path into the declaration. The default and
 * the example are checked like submitted values, once the rest is valid.
 */
export function checkArgDeclaration(
  arg: ArgDeclaration,
  describePatternProblem: DescribePatternProblem,
  matches: MatchesPattern,
): ErrorDetail[] {
  const problems = [
    ...checkOptions(arg),
    ...checkRange(arg),
    ...checkPattern(arg, describePatternProblem),
    ...checkSecretArg(arg),
  ];
  return problems.length > 0 ? problems : checkOwnValues(arg, matches);
}

function checkOptions({ type, options }: ArgDeclaration): ErrorDetail[] {
  if (type !== 'enum') {
    return options.length === 0 ? [] : [onlyFor('options', 'enum', type)];
  }
  if (options.length === 0 || options.length > MAX_OPTIONS) {
    const message = `an arg of type enum needs 1 to ${MAX_OPTIONS} options, got ${options.length}`;
    return [{ field: 'options', message }];
  }
  return options.flatMap((option, index) => {
    const problem = describeOptionProblem(option) ?? describeRepeat(options, index);
    return problem === null ? [] : [{ field: `options.${index}`, message: `the option ${problem}` }];
  });
}

function describeOptionProblem(option: string): string | null {
  if (option === '') return 'is empty; use a name such as "none"';
  if (option.length > MAX_OPTION_LENGTH)
    return `is too long: at most ${MAX_OPTION_LENGTH} characters, got ${option.length}`;
  return describeEnvValueProblem(option);
}

function describeRepeat(options: readonly string[], index: number): string | null {
  const option = options[index] ?? '';
  return options.indexOf(option) === index
    ? null
    : `${quoteForMessage(option)} is listed twice; list each option once`;
}

function checkRange({ type, min, max }: ArgDeclaration): ErrorDetail[] {
  const bounds = Object.entries({ min, max }).filter((bound): bound is [string, string] => bound[1] !== null);
  const problems = bounds.flatMap(([field, bound]) => {
    if (type !== 'number') return [onlyFor(field, 'number', type)];
    return isNumber(bound) ? [] : [{ field, message: `expected a number, got ${bound}` }];
  });
  if (problems.length > 0 || min === null || max === null || compareDecimals(min, max) <= 0) return problems;
  return [{ field: 'max', message: `must be at least min (${min}), got ${max}` }];
}

function checkPattern(
  { type, pattern }: ArgDeclaration,
  describePatternProblem: DescribePatternProblem,
): ErrorDetail[] {
  if (pattern === null) return [];
  if (type !== 'string' && type !== 'secret') return [onlyFor('pattern', 'string or secret', type)];
  const fail = (message: string): ErrorDetail[] => [{ field: 'pattern', message }];
  if (pattern === '') return fail('the pattern is empty; omit it to accept any value');
  if (pattern.length > MAX_PATTERN_LENGTH) {
    return fail(
      `the pattern is too long: the limit is ${MAX_PATTERN_LENGTH} characters, got ${pattern.length}; simplify it`,
    );
  }
  const problem = describeTextProblem(pattern);
  if (problem !== null) return fail(`the pattern ${problem}`);
  const syntaxProblem = describePatternProblem(pattern);
  return syntaxProblem === null
    ? []
    : fail(`expected a pattern in RE2 syntax, got ${quoteForMessage(pattern)}: ${syntaxProblem}`);
}

function checkSecretArg(arg: ArgDeclaration): ErrorDetail[] {
  if (arg.type !== 'secret') return [];
  return (['default', 'example'] as const)
    .filter((field) => arg[field] !== null)
    .map((field) => {
      const message = `a secret arg must not have a ${field}, because everyone who may run the proc would see it; remove it`;
      return { field, message };
    });
}

function checkOwnValues(arg: ArgDeclaration, matches: MatchesPattern): ErrorDetail[] {
  return (['default', 'example'] as const).flatMap((field) => {
    const value = arg[field];
    // The message about a pattern contains the example, so a wrong example would be explained by itself.
    const rules = field === 'example' ? { ...arg, example: null } : arg;
    const problem = value === null ? null : describeArgValueProblem(rules, value, matches);
    return problem === null ? [] : [{ field, message: `the ${field} ${problem}` }];
  });
}

function onlyFor(field: string, types: string, type: string): ErrorDetail {
  return {
    field,
    message: `applies only to args of type ${types}, but this arg is of type ${type}; remove it or change the type`,
  };
}

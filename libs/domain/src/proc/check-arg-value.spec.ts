import { describe, expect, it } from '@jest/globals';
import { describeArgValueProblem } from './check-arg-value.js';
import { MAX_ENV_VALUE_BYTES } from './env-value.js';
import { plainArg, type ArgDeclaration } from './proc.js';

const matches = (pattern: string, value: string) => new RegExp(`^(?:${pattern})$`, 'u').test(value);
const arg = (type: ArgDeclaration['type'], changes: Partial<ArgDeclaration> = {}) =>
  plainArg('X', { type, ...changes });
const problemOf = (declared: ArgDeclaration, value: string) =>
  describeArgValueProblem(declared, value, matches);

const letters = { pattern: '[a-z]+' };
const range = { min: '-1', max: '10' };

describe('describeArgValueProblem', () => {
  it.each<[ArgDeclaration, string]>([
    [arg('string'), ''],
    [arg('string'), '😀$(A)\n'],
    [arg('string', letters), 'abc'],
    ...['0', '-1', '+7', '10', '1.5', '.5', '5.', '1e1', '1E-3', '-0', '0000001'].map(
      (value) => [arg('number', range), value] as [ArgDeclaration, string],
    ),
    [arg('number'), '-1e300'],
    [arg('number', { min: '5' }), '5'],
    [arg('number', { max: '12345678901234567890' }), '12345678901234567890'],
    [arg('boolean'), 'true'],
    [arg('boolean'), 'false'],
    [arg('enum', { options: ['a', 'B c'] }), 'B c'],
    [arg('secret'), 'hunter22'],
    [arg('secret', letters), 'hunter'],
  ])('accepts for %j the value %j', (declared, value) => {
    expect(problemOf(declared, value)).toBeNull();
  });

  it.each<[ArgDeclaration, string, unknown]>([
    ...['abc', ' 1', '1 ', '0x1', '1_000', '1,5', 'NaN', 'Infinity', '1e999', '-', '.', 'e1', '1e', '١'].map(
      (value) =>
        [arg('number'), value, `must be a number such as 3, -0.5 or 2e6, got ${JSON.stringify(value)}`] as [
          ArgDeclaration,
          string,
          unknown,
        ],
    ),
    [arg('number'), '', 'must be a number such as 3, -0.5 or 2e6, got an empty value'],
    [arg('number', range), '-1.01', 'must be a number from -1 to 10, got "-1.01"'],
    [arg('number', range), '11', 'must be a number from -1 to 10, got "11"'],
    [arg('number', { min: '5' }), '4', 'must be a number of at least 5, got "4"'],
    [arg('number', { max: '5' }), '6', 'must be a number of at most 5, got "6"'],
    [
      arg('number', { max: '12345678901234567890' }),
      '12345678901234567891',
      'must be a number of at most 12345678901234567890, got "12345678901234567891"',
    ],
    [arg('boolean'), 'True', 'must be true or false, got "True"'],
    [arg('boolean'), '1', 'must be true or false, got "1"'],
    [arg('boolean'), '', 'must be true or false, got an empty value'],
    [arg('enum', { options: ['a', 'b'] }), 'A', 'must be one of "a", "b", got "A"'],
    [arg('enum', { options: ['a'] }), '', 'must be one of "a", got an empty value'],
    [arg('string', letters), 'abc1', 'must match the whole pattern [a-z]+, got "abc1"'],
    [
      arg('string', { ...letters, example: 'abc' }),
      '',
      'must match the whole pattern [a-z]+, such as "abc", got an empty value',
    ],
    [arg('string'), 'a\0', expect.stringContaining('NUL')],
    [arg('number'), '1'.repeat(MAX_ENV_VALUE_BYTES + 1), expect.stringContaining('too long')],
  ])('refuses for %j the value %j', (declared, value, message) => {
    expect(problemOf(declared, value)).toEqual(message);
  });

  it('shows at most ten options and sixty characters of a value', () => {
    const options = Array.from({ length: 12 }, (_, n) => `option${n}`);
    const problem = problemOf(arg('enum', { options }), 'x'.repeat(61));
    expect(problem).toContain('"option9", … (12 in total)');
    expect(problem).toContain(`got "${'x'.repeat(60)}…"`);
  });

  it.each([
    ['too short', 'abcde', {}],
    ['empty', '', {}],
    ['only white space around a short one', '  abcde  ', {}],
    ['not as its pattern says', 'hunter22!', letters],
    ['with a NUL', 'hunter22\0', {}],
    ['half of a surrogate pair', 'hunter22\ud800', {}],
    ['too long', 'hunter22'.repeat(MAX_ENV_VALUE_BYTES / 8) + 'x', {}],
  ])('refuses a secret that is %s, and does not repeat it', (_name, value, changes) => {
    const problem = problemOf(arg('secret', changes), value);
    expect(problem).toEqual(expect.any(String));
    if (value !== '') expect(problem).not.toContain(value.trim().slice(0, 5));
  });
});

import { describe, expect, it } from '@jest/globals';
import { checkArgs as checkArgsWith } from './check-args.js';
import { MAX_ENV_TOTAL_BYTES, MAX_ENV_VALUE_BYTES } from './env-value.js';
import { plainArg } from './proc.js';

const matches = (pattern: string, value: string) => new RegExp(`^(?:${pattern})$`, 'u').test(value);
const checkArgs = (declared: Parameters<typeof checkArgsWith>[0], given: Record<string, string>) =>
  checkArgsWith(declared, given, matches);

const proc = {
  args: [plainArg('NAME', { description: 'whom to greet', required: true }), plainArg('LOUD')],
  secrets: [{ name: 'API_KEY', description: '' }],
  allowUndeclaredArgs: false,
};
const open = { ...proc, allowUndeclaredArgs: true };

const fieldsOf = (problems: { field: string }[]) => problems.map(({ field }) => field);

describe('checkArgs', () => {
  it.each([[{ NAME: 'Ada' }], [{ NAME: 'Ada', LOUD: 'true' }], [{ NAME: '' }]])('accepts %j', (given) => {
    expect(checkArgs(proc, given)).toEqual([]);
  });

  it('refuses an argument that the proc does not declare, and says what it takes', () => {
    expect(checkArgs(proc, { NAME: 'Ada', NAEM: 'x' })).toEqual([
      {
        field: 'NAEM',
        message: '"NAEM" is not an arg of this proc (it takes NAME, LOUD); leave it out or correct its name',
      },
    ]);
    const none = checkArgs({ args: [], secrets: [], allowUndeclaredArgs: false }, { X: '1' });
    expect(none[0]?.message).toContain('it takes none');
  });

  it('passes on an undeclared argument where the proc allows it, but not one that changes how programs load', () => {
    expect(checkArgs(open, { NAME: 'Ada', EXTRA: '1' })).toEqual([]);
    expect(fieldsOf(checkArgs(open, { NAME: 'Ada', LD_PRELOAD: '/x.so', EXECUTION_ID: '1' }))).toEqual([
      'LD_PRELOAD',
      'EXECUTION_ID',
    ]);
  });

  it('asks for a required argument, with its meaning', () => {
    expect(checkArgs(proc, {})).toEqual([
      {
        field: 'NAME',
        message: '"NAME" is required (whom to greet), but was not given; add NAME=value',
      },
    ]);
  });

  it('does not take an inherited property for a given argument', () => {
    const args = [plainArg('toString', { required: true })];
    expect(fieldsOf(checkArgs({ ...proc, args }, {}))).toEqual(['toString']);
  });

  it('refuses a value for a secret, also where undeclared arguments are allowed', () => {
    expect(fieldsOf(checkArgs(open, { NAME: 'Ada', API_KEY: 'mine' }))).toEqual(['API_KEY']);
  });

  it.each([
    ['a NUL', 'hunter2\0'],
    ['half of a surrogate pair', 'hunter2\ud800'],
    ['too many bytes', 'hunter2' + 'é'.repeat(MAX_ENV_VALUE_BYTES / 2)],
  ])('refuses a value with %s, and does not repeat it', (_name, value) => {
    const problems = checkArgs(proc, { NAME: value });
    expect(fieldsOf(problems)).toEqual(['NAME']);
    expect(problems[0]?.message).not.toContain('hunter2');
  });

  it('accepts a value of exactly the limit, and any valid Unicode', () => {
    expect(checkArgs(proc, { NAME: 'x'.repeat(MAX_ENV_VALUE_BYTES), LOUD: '😀$(A)\n' })).toEqual([]);
  });

  it('refuses more than a Job can carry in all', () => {
    const given = Object.fromEntries(
      Array.from({ length: 7 }, (_, index) => [`A${index}`, 'x'.repeat(MAX_ENV_VALUE_BYTES)]),
    );
    expect(fieldsOf(checkArgs(open, { NAME: '', ...given }))).toEqual(['args']);
  });

  it('counts defaults among the values that a Job carries', () => {
    const args = Array.from({ length: 6 }, (_, n) =>
      plainArg(`A${n}`, { default: 'x'.repeat(MAX_ENV_VALUE_BYTES) }),
    );
    const full = { ...proc, args: [...args, plainArg('NAME')] };
    expect(6 * MAX_ENV_VALUE_BYTES).toBe(MAX_ENV_TOTAL_BYTES);
    expect(fieldsOf(checkArgs(full, {}))).toEqual([]);
    expect(fieldsOf(checkArgs(full, { NAME: 'x' }))).toEqual(['args']);
  });

  it('takes the default of a required argument that is not given', () => {
    const args = [plainArg('NAME', { required: true, default: 'world' })];
    expect(checkArgs({ ...proc, args }, {})).toEqual([]);
  });

  it('checks each value by its type, and repeats none of a secret', () => {
    const typed = {
      ...proc,
      args: [
        plainArg('COUNT', { type: 'number', min: 1, max: 3 }),
        plainArg('MODE', { type: 'enum', options: ['fast', 'safe'] }),
        plainArg('TOKEN', { type: 'secret', pattern: '[a-z]{6,}' }),
        plainArg('CODE', { pattern: '[A-Z]{2}' }),
      ],
    };
    expect(checkArgs(typed, { COUNT: '3', MODE: 'safe', TOKEN: 'hunter', CODE: 'AB' })).toEqual([]);
    expect(checkArgs(typed, { COUNT: '4', MODE: 'slow', TOKEN: 'HUNTER22', CODE: 'ABC' })).toEqual([
      { field: 'COUNT', message: 'The value of "COUNT" must be a number from 1 to 3, got "4"' },
      { field: 'MODE', message: 'The value of "MODE" must be one of "fast", "safe", got "slow"' },
      {
        field: 'TOKEN',
        message: 'The value of "TOKEN" must match the pattern [a-z]{6,} as a whole, and does not',
      },
      {
        field: 'CODE',
        message: 'The value of "CODE" must match the pattern [A-Z]{2} as a whole, got "ABC"',
      },
    ]);
  });

  it('lists everything that is wrong at once', () => {
    expect(fieldsOf(checkArgs(proc, { LOUD: '\0', 'A-B': '', PATH: '' }))).toEqual([
      'LOUD',
      'A-B',
      'PATH',
      'NAME',
    ]);
  });
});

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

  it('rejects an undeclared arg and lists the declared ones', () => {
    expect(checkArgs(proc, { NAME: 'Ada', NAEM: 'x' })).toEqual([
      {
        field: 'NAEM',
        message: '"NAEM" is not an arg of this proc (it takes NAME, LOUD); remove it or correct its name',
      },
    ]);
    const none = checkArgs({ args: [], secrets: [], allowUndeclaredArgs: false }, { X: '1' });
    expect(none[0]?.message).toContain('it takes no args');
  });

  it('passes on undeclared args if the proc allows it, but none that change how programs load', () => {
    expect(checkArgs(open, { NAME: 'Ada', EXTRA: '1' })).toEqual([]);
    expect(fieldsOf(checkArgs(open, { NAME: 'Ada', LD_PRELOAD: '/x.so', EXECUTION_ID: '1' }))).toEqual([
      'LD_PRELOAD',
      'EXECUTION_ID',
    ]);
  });

  it('asks for a required arg with its description', () => {
    expect(checkArgs(proc, {})).toEqual([
      {
        field: 'NAME',
        message: 'Argument "NAME" is required (whom to greet). Add NAME=value',
      },
    ]);
  });

  it('does not treat an inherited property as a given arg', () => {
    const args = [plainArg('toString', { required: true })];
    expect(fieldsOf(checkArgs({ ...proc, args }, {}))).toEqual(['toString']);
  });

  it('rejects a value for a secret, even if undeclared args are allowed', () => {
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

  it('rejects more than a Job can hold in total', () => {
    const given = Object.fromEntries(
      Array.from({ length: 7 }, (_, index) => [`A${index}`, 'x'.repeat(MAX_ENV_VALUE_BYTES)]),
    );
    expect(fieldsOf(checkArgs(open, { NAME: '', ...given }))).toEqual(['args']);
  });

  it('counts defaults toward the total of a Job', () => {
    const args = Array.from({ length: 6 }, (_, n) =>
      plainArg(`A${n}`, { default: 'x'.repeat(MAX_ENV_VALUE_BYTES) }),
    );
    const full = { ...proc, args: [...args, plainArg('NAME')] };
    expect(6 * MAX_ENV_VALUE_BYTES).toBe(MAX_ENV_TOTAL_BYTES);
    expect(fieldsOf(checkArgs(full, {}))).toEqual([]);
    expect(fieldsOf(checkArgs(full, { NAME: 'x' }))).toEqual(['args']);
  });

  it('uses the default of an omitted required arg', () => {
    const args = [plainArg('NAME', { required: true, default: 'world' })];
    expect(checkArgs({ ...proc, args }, {})).toEqual([]);
  });

  it('checks each value by its type and never repeats a secret', () => {
    const typed = {
      ...proc,
      args: [
        plainArg('COUNT', { type: 'number', min: '1', max: '3' }),
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
        message: 'The value of "TOKEN" must match the whole pattern [a-z]{6,}, but does not',
      },
      {
        field: 'CODE',
        message: 'The value of "CODE" must match the whole pattern [A-Z]{2}, got "ABC"',
      },
    ]);
  });

  it('lists all problems at once', () => {
    expect(fieldsOf(checkArgs(proc, { LOUD: '\0', 'A-B': '', PATH: '' }))).toEqual([
      'LOUD',
      'A-B',
      'PATH',
      'NAME',
    ]);
  });
});

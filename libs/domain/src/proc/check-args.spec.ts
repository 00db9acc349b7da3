import { describe, expect, it } from '@jest/globals';
import { checkArgs } from './check-args.js';
import { MAX_ENV_VALUE_BYTES } from './env-value.js';

const proc = {
  args: [
    { name: 'NAME', description: 'whom to greet', required: true },
    { name: 'LOUD', description: '', required: false },
  ],
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
    const args = [{ name: 'toString', description: '', required: true }];
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

  it('lists everything that is wrong at once', () => {
    expect(fieldsOf(checkArgs(proc, { LOUD: '\0', 'A-B': '', PATH: '' }))).toEqual([
      'LOUD',
      'A-B',
      'PATH',
      'NAME',
    ]);
  });
});

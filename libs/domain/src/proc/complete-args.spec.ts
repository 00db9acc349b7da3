import { describe, expect, it } from '@jest/globals';
import { completeArgs, splitArgs } from './complete-args.js';
import { plainArg } from './proc.js';

const proc = {
  args: [
    plainArg('NAME', { default: 'world' }),
    plainArg('LOUD', { type: 'boolean' }),
    plainArg('TOKEN', { type: 'secret' }),
    plainArg('toString', { default: '' }),
  ],
};

describe('completeArgs', () => {
  it.each<[Record<string, string>, Record<string, string>]>([
    [{}, { NAME: 'world', toString: '' }],
    [
      { NAME: '', EXTRA: '1' },
      { NAME: '', EXTRA: '1', toString: '' },
    ],
    [
      { NAME: 'Ada', toString: 'x' },
      { NAME: 'Ada', toString: 'x' },
    ],
  ])('makes of %j', (given, complete) => {
    const before = { ...given };
    expect(completeArgs(proc, given)).toEqual(complete);
    expect(given).toEqual(before);
  });
});

describe('splitArgs', () => {
  it('keeps secret args apart', () => {
    expect(splitArgs(proc, { NAME: 'Ada', TOKEN: 'hunter22', EXTRA: '1' })).toEqual({
      args: { NAME: 'Ada', EXTRA: '1' },
      secretArgs: { TOKEN: 'hunter22' },
    });
    expect(splitArgs(proc, {})).toEqual({ args: {}, secretArgs: {} });
  });
});

import { describe, expect, it } from '@jest/globals';
import { checkUndeclaredArgs, MAX_UNDECLARED_ENTRIES } from './undeclared-args.js';

describe('checkUndeclaredArgs', () => {
  it('accepts names, which are the choice of the author, and prefixes', () => {
    expect(checkUndeclaredArgs(['SERVICE', 'https_proxy', 'HOME', 'REPORT_*', 'a_b_*'])).toEqual([]);
    expect(checkUndeclaredArgs(true)).toEqual([]);
  });

  it.each([
    ['*', /a name such as SERVICE, or a prefix/],
    ['A*', /a prefix that ends with _ and a star/],
    ['_*', /a prefix/],
    ['A_*_B', /a prefix/],
    ['A_**', /a prefix/],
    ['', /not a valid name/],
    ['1A', /not a valid name/],
    ['A\u202e', /not a valid name/],
    ['LD_PRELOAD', /changes how programs load/],
    ['EXECUTION_ID', /reserved/],
    ['LD_*', /covers names that programs take settings from/],
    ['git_*', /covers names/],
    ['AWS_*', /covers names/],
    ['PGX_*', /covers names/],
  ])('refuses %j', (entry, says) => {
    expect(checkUndeclaredArgs(['OK', entry])).toEqual([
      { field: 'allowUndeclaredArgs.1', message: expect.stringMatching(says) as unknown },
    ]);
  });

  it('refuses too many', () => {
    const many = Array.from({ length: MAX_UNDECLARED_ENTRIES + 1 }, (_, n) => `A${n}`);
    expect(checkUndeclaredArgs(many)).toMatchObject([{ field: 'allowUndeclaredArgs' }]);
  });
});

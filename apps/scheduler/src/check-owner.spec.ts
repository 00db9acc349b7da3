import { describe, expect, it } from '@jest/globals';
import type { OwnerStanding } from '@app/database';
import { describeOwnerProblem } from './check-owner.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const RULES = { adminGroups: ['admin'], signInTrustHours: 24 };

const account = (groups: string[], isActive = true) => ({ isActive, groups });
const signIn = (groups: string[], hoursAgo = 1, isActive = true) => ({
  isActive,
  groups,
  seenAt: new Date(NOW.getTime() - hoursAgo * 3_600_000),
});

describe('describeOwnerProblem', () => {
  it.each<[string, Partial<OwnerStanding>, string[], RegExp | null]>([
    ['no account and no sign-in', {}, [], /not known/],
    ['an account, and a proc without groups', { account: account([]) }, [], null],
    ['an account in all groups', { account: account(['a', 'b', 'c']) }, ['a', 'b'], null],
    ['an account in one of two groups', { account: account(['a']) }, ['a', 'b'], /not in all groups.*a, b/],
    ['an admin', { account: account(['admin']) }, ['a'], null],
    ['an inactive admin', { account: account(['admin'], false) }, [], /no longer active/],
    ['a fresh sign-in', { signIn: signIn(['a']) }, ['a'], null],
    ['an old sign-in', { signIn: signIn(['a'], 24) }, ['a'], /not signed in for 24 hours/],
    ['an inactive sign-in', { signIn: signIn(['a'], 1, false) }, ['a'], /no longer active/],
    [
      'an account in too few groups that signs in elsewhere',
      { account: account([]), signIn: signIn(['a']) },
      ['a'],
      null,
    ],
    [
      'a deactivated account, and a sign-in elsewhere',
      { account: account(['a'], false), signIn: signIn(['a']) },
      ['a'],
      /no longer active/,
    ],
    [
      'an old sign-in elsewhere',
      { account: account([]), signIn: signIn(['a'], 99) },
      ['a'],
      /not in all groups/,
    ],
    [
      'groups that only both together have',
      { account: account(['a']), signIn: signIn(['b']) },
      ['a', 'b'],
      /not in all/,
    ],
  ])('%s', (_name, standing, groups, expected) => {
    const problem = describeOwnerProblem({ account: null, signIn: null, ...standing }, groups, RULES, NOW);
    if (expected === null) expect(problem).toBeNull();
    else expect(problem).toMatch(expected);
  });

  it('treats no one as an admin if there are no admin groups', () => {
    const standing = { account: account([]), signIn: null };
    expect(describeOwnerProblem(standing, ['a'], { ...RULES, adminGroups: [] }, NOW)).toMatch(/not in all/);
  });
});

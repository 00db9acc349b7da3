import { describe, expect, it } from '@jest/globals';
import { canExecute, canSeeExecution, isAdmin } from './authorize.js';
import type { User } from './user.js';

const user = (groups: string[], active = true): User => ({ email: 'ada@x.y', name: 'Ada', active, groups });

describe('canExecute', () => {
  it.each<[string[], string[], boolean]>([
    [['a', 'b', 'c'], ['a', 'b'], true],
    [['a'], ['a', 'b'], false],
    [[], ['a'], false],
    [[], [], true],
    [['A'], ['a'], false],
  ])('member of %j, proc for %j: %s', (groups, authorizedGroups, allowed) => {
    expect(canExecute(user(groups), authorizedGroups)).toBe(allowed);
    expect(canExecute(user(groups, false), authorizedGroups)).toBe(false);
  });
});

describe('isAdmin', () => {
  it.each<[string[], string[], boolean]>([
    [['proctor_admin'], ['proctor_admin'], true],
    [['proctor_admin'], ['proctor_admin', 'ops'], false],
    [['proctor_admin'], [], false],
  ])('member of %j, admins are %j: %s', (groups, adminGroups, admin) => {
    expect(isAdmin(user(groups), adminGroups)).toBe(admin);
    expect(isAdmin(user(groups, false), adminGroups)).toBe(false);
  });
});

describe('canSeeExecution', () => {
  const own = { userEmail: 'ada@x.y' };
  const other = { userEmail: 'bob@x.y' };
  it.each<[string, string[], { userEmail: string }, string[] | null, boolean]>([
    ['the owner', [], own, ['a'], true],
    ['the owner when the proc is gone', [], own, null, true],
    ['whoever may execute the proc', ['a'], other, ['a'], true],
    ['anyone for a proc without groups', [], other, [], true],
    ['nobody else', ['b'], other, ['a'], false],
    ['nobody else when the proc is gone', ['a'], other, null, false],
    ['an admin', ['admin'], other, ['a'], true],
    ['an admin when the proc is gone', ['admin'], other, null, true],
  ])('%s', (_name, groups, execution, procGroups, allowed) => {
    expect(canSeeExecution(user(groups), execution, procGroups, ['admin'])).toBe(allowed);
    expect(canSeeExecution(user(groups, false), execution, procGroups, ['admin'])).toBe(false);
  });

  it('does not take an execution without an owner for the own one of a user without an address', () => {
    expect(canSeeExecution({ ...user([]), email: '' }, { userEmail: '' }, ['a'], ['admin'])).toBe(false);
  });
});

import { describe, expect, it } from '@jest/globals';
import { canExecute, isAdmin } from './authorize.js';
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

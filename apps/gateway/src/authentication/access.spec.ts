import { describe, expect, it } from '@jest/globals';
import { canExecute, type User } from '@app/domain';
import { Access } from './access.js';

const user = (groups: string[], active = true): User => ({ email: 'ada@x.y', name: 'Ada', active, groups });
const verify = async (asked: User, groups: readonly string[]) => canExecute(asked, groups);
const access = new Access(['admin', 'ops'], verify);
const ask = async (of: User) => ({ user: of, isAdmin: await access.isAdmin(of) });

describe('isAdmin', () => {
  it.each<[string[], boolean]>([
    [['admin', 'ops', 'other'], true],
    [['admin'], false],
    [[], false],
  ])('in %j: %s', async (groups, isAdmin) => {
    expect(await access.isAdmin(user(groups))).toBe(isAdmin);
    expect(await access.isAdmin(user(groups, false))).toBe(false);
  });

  it('is nobody if no group makes an admin', async () => {
    expect(await new Access([], async () => true).isAdmin(user([]))).toBe(false);
  });

  it('is what the plugin says, and no answer is no yes', async () => {
    expect(await new Access(['admin'], async () => true).isAdmin(user([]))).toBe(true);
    const away = new Access(['admin'], () => Promise.reject(new Error('away')));
    await expect(away.isAdmin(user(['admin']))).rejects.toThrow('away');
  });
});

describe('mayExecute', () => {
  it.each<[string[], string[], boolean]>([
    [['a', 'b', 'c'], ['a', 'b'], true],
    [['a'], ['a', 'b'], false],
    [[], [], true],
    [['admin', 'ops'], ['a', 'b'], true],
  ])('in %j what is for %j: %s', async (groups, authorizedGroups, allowed) => {
    expect(await access.mayExecute(await ask(user(groups)), authorizedGroups)).toBe(allowed);
    expect(await access.mayExecute(await ask(user(groups, false)), authorizedGroups)).toBe(false);
  });
});

describe('maySee', () => {
  const own = { userEmail: 'ada@x.y' };
  const other = { userEmail: 'bob@x.y' };
  it.each<[string, string[], { userEmail: string }, string[] | null, boolean]>([
    ['the owner', [], own, ['a'], true],
    ['the owner when the proc is gone', [], own, null, true],
    ['whoever may execute the proc', ['a'], other, ['a'], true],
    ['anyone for a proc without groups', [], other, [], true],
    ['nobody else', ['b'], other, ['a'], false],
    ['nobody else when the proc is gone', ['a'], other, null, false],
    ['an admin', ['admin', 'ops'], other, ['a'], true],
    ['an admin when the proc is gone', ['admin', 'ops'], other, null, true],
  ])('%s', async (_name, groups, execution, procGroups, allowed) => {
    expect(await access.maySee(await ask(user(groups)), execution, procGroups)).toBe(allowed);
    expect(await access.maySee(await ask(user(groups, false)), execution, procGroups)).toBe(false);
  });

  it('does not take an execution without an owner for the own one of a user without an address', async () => {
    const nobody = await ask({ ...user([]), email: '' });
    expect(await access.maySee(nobody, { userEmail: '' }, ['a'])).toBe(false);
  });
});

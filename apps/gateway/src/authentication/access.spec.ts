import { describe, expect, it } from '@jest/globals';
import { canExecute, type Owned, type User } from '@app/domain';
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

  it('is false for everyone if there is no admin group', async () => {
    expect(await new Access([], async () => true).isAdmin(user([]))).toBe(false);
  });

  it('is the plugin’s decision, and throws if the plugin fails', async () => {
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
  ])('a member of %j runs a proc of %j: %s', async (groups, authorizedGroups, allowed) => {
    expect(await access.mayExecute(await ask(user(groups)), authorizedGroups)).toBe(allowed);
    expect(await access.mayExecute(await ask(user(groups, false)), authorizedGroups)).toBe(false);
  });
});

describe('maySee', () => {
  const createdAt = new Date(0);
  const own = { userEmail: 'ada@x.y', createdAt };
  const other = { userEmail: 'bob@x.y', createdAt };
  it.each<[string, string[], Owned, string[] | null, boolean]>([
    ['the owner', [], own, ['a'], true],
    ['the owner of an execution of a removed proc', [], own, null, true],
    ['a user who may execute the proc', ['a'], other, ['a'], true],
    ['any user, for a proc without groups', [], other, [], true],
    ['another user', ['b'], other, ['a'], false],
    ['another user, for a removed proc', ['a'], other, null, false],
    ['an admin', ['admin', 'ops'], other, ['a'], true],
    ['an admin, for a removed proc', ['admin', 'ops'], other, null, true],
  ])('%s', async (_name, groups, execution, procGroups, allowed) => {
    expect(await access.maySee(await ask(user(groups)), execution, procGroups)).toBe(allowed);
    expect(await access.maySee(await ask(user(groups, false)), execution, procGroups)).toBe(false);
  });

  it('does not match an empty owner with a user without an email', async () => {
    const withoutEmail = await ask({ ...user([]), email: '' });
    expect(await access.maySee(withoutEmail, { userEmail: '', createdAt }, ['a'])).toBe(false);
  });
});

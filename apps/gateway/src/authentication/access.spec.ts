import { describe, expect, it } from '@jest/globals';
import { canExecute, type Owned, type Scope, type User } from '@app/domain';
import { Access } from './access.js';

const user = (groups: string[], active = true): User => ({ email: 'ada@x.y', name: 'Ada', active, groups });
const verify = async (asked: User, groups: readonly string[]) => canExecute(asked, groups);
const access = new Access(['admin', 'ops'], verify);
const ask = (of: User) => access.requesterOf(of);
/** As of a user whose token has this scope. */
const askWith = (scope: Scope, of: User) => new Access(['admin', 'ops'], verify, () => scope).requesterOf(of);

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
    const proc = { name: 'deploy', authorizedGroups };
    expect(await access.mayExecute(await ask(user(groups)), proc)).toBe(allowed);
    expect(await access.mayExecute(await ask(user(groups, false)), proc)).toBe(false);
  });

  it.each<[string, Scope, string[], string, boolean]>([
    ['the groups of the proc', { level: 'execute', procs: ['deploy'] }, ['a'], 'deploy', true],
    ['the groups of another proc', { level: 'execute', procs: ['deploy'] }, ['a'], 'migrate', false],
    ['an admin’s groups', { level: 'execute', procs: ['deploy'] }, ['admin', 'ops'], 'deploy', false],
    ['an admin’s groups and no limit', { level: 'execute', procs: null }, ['admin', 'ops'], 'deploy', false],
    ['all of an admin’s rights', { level: 'admin', procs: null }, ['admin', 'ops'], 'deploy', true],
  ])('with a token that has %s', async (_name, scope, groups, name, allowed) => {
    const requester = await askWith(scope, user(groups));
    expect(await access.mayExecute(requester, { name, authorizedGroups: ['a'] })).toBe(allowed);
  });
});

describe('maySee', () => {
  const own = { userEmail: 'ada@x.y', procName: 'deploy', id: 7 };
  const other = { userEmail: 'bob@x.y', procName: 'deploy', id: 7 };
  it.each<[string, string[], Owned & { procName: string }, string[] | null, boolean]>([
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
    expect(await access.maySee(withoutEmail, { ...own, userEmail: '' }, ['a'])).toBe(false);
  });

  it('is false for executions of a proc that the token does not cover, own ones too', async () => {
    const limited = await askWith({ level: 'read', procs: ['migrate'] }, user(['a']));
    expect(await access.maySee(limited, own, ['a'])).toBe(false);
    expect(await access.maySee(limited, other, [])).toBe(false);
    expect(await access.maySee(limited, { ...own, procName: 'migrate' }, null)).toBe(true);
    expect(await access.maySee(limited, { ...other, procName: 'migrate' }, ['a'])).toBe(true);
    expect(await access.maySee(limited, { ...other, procName: 'migrate' }, ['b'])).toBe(false);
  });
});

import { describe, expect, it } from '@jest/globals';
import { FULL_SCOPE, plainProc, type Scope, type User } from '@app/domain';
import { Access } from '../authentication/access.js';
import { FindProc } from './find-proc.js';

const proc = (name: string, authorizedGroups: string[]) => plainProc(name, { authorizedGroups });

const PROCS = [proc('a', []), proc('b', ['one']), proc('c', ['one']), proc('d', ['one', 'two'])];
const LONGER = [proc('report', []), proc('reports-two', ['two'])];

/** `asked`: the groups that the plugin was asked about. */
function setUp(procs = PROCS) {
  const asked: string[] = [];
  const access = new Access(['admins'], async ({ groups }, required) => {
    asked.push(required.join());
    return required.every((group) => groups.includes(group));
  });
  const store = {
    list: async () => procs,
    readFiles: async () => [],
    find: async (name: string) => {
      const found = procs.find((each) => each.name === name);
      const at = new Date(0);
      return found ? { proc: found, revision: 1, createdAt: at, updatedAt: at } : null;
    },
  };
  return { finder: new FindProc(store, access), asked };
}

const requester = (groups: string[], isAdmin = false, scope: Scope = FULL_SCOPE) => ({
  user: { email: 'ada@x.y', name: 'Ada', active: true, groups } satisfies User,
  isAdmin,
  scope,
});

describe('FindProc', () => {
  it('lists the procs that a user may execute, and checks the same groups once', async () => {
    const { finder, asked } = setUp();
    const listed = await finder.listFor(requester(['one']));
    expect(listed.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(asked).toEqual(['one', 'one,two']);
    expect(await finder.listFor(requester([], true))).toHaveLength(4);
  });

  it('names the required groups', async () => {
    const { finder } = setUp();
    await expect(finder.find('d', requester(['one']))).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('one, two'),
    });
    await expect(finder.find('x', requester([]))).rejects.toMatchObject({ code: 'not_found' });
    expect(await finder.find('d', requester([], true))).toMatchObject({ revision: 1 });
  });

  it('finds, lists and suggests nothing but what the token covers', async () => {
    const { finder } = setUp();
    const limited = requester(['one'], false, { level: 'execute', procs: ['b', 'd'] });
    expect((await finder.listFor(limited)).map(({ name }) => name)).toEqual(['b']);
    expect(await finder.find('b', limited)).toMatchObject({ revision: 1 });
    for (const name of ['a', 'c', 'nothing'])
      await expect(finder.find(name, limited)).rejects.toMatchObject({
        code: 'forbidden',
        message: `Your token may not be used for ${name}: it has the scope execute of b, d.`,
      });
    await expect(finder.find('d', limited)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('suggests a name, but only of a proc that the user may execute', async () => {
    const { finder } = setUp(LONGER);
    const hintFor = (name: string, groups: string[]) =>
      finder.find(name, requester(groups)).catch(({ hint }: { hint?: string }) => hint);
    expect(await hintFor('repot', [])).toBe('Did you mean report?');
    expect(await hintFor('reports-twa', ['two'])).toBe('Did you mean reports-two?');
    expect(await hintFor('reports-twa', [])).toBeUndefined();
    expect(await hintFor('xyzzy', ['two'])).toBeUndefined();
  });
});

import { describe, expect, it } from '@jest/globals';
import { ProcChangedError } from '@app/database';
import { AppError, FULL_SCOPE, plainProc, type Scope, type User } from '@app/domain';
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

describe('FindProc.withProc', () => {
  /** A proc whose revision and groups the test changes. */
  function setUpOne() {
    const stored = { proc: proc('a', []), revision: 1, reads: 0 };
    const find = async () => {
      stored.reads += 1;
      return { ...stored, createdAt: new Date(0), updatedAt: new Date(0) };
    };
    const access = new Access([], async ({ groups }, required) =>
      required.every((group) => groups.includes(group)),
    );
    const finder = new FindProc({ find, list: async () => [stored.proc], readFiles: async () => [] }, access);
    const change = (groups: string[]) => {
      stored.proc = proc('a', groups);
      stored.revision += 1;
    };
    /** What accepting does: throws if the proc has changed. */
    const accept = async ({ revision }: { revision: number }) => {
      if (revision !== stored.revision) throw new ProcChangedError();
      return revision;
    };
    return { finder, stored, change, accept };
  }

  it('reads a proc once while it does not change, and again after a change', async () => {
    const { finder, stored, change, accept } = setUpOne();
    for (let count = 0; count < 3; count += 1) {
      expect(await finder.withProc('a', requester([]), accept)).toBe(1);
    }
    expect(stored.reads).toBe(1);
    change([]);
    expect(await finder.withProc('a', requester([]), accept)).toBe(2);
    expect(stored.reads).toBe(2);
  });

  it('lets users in and shuts them out at once', async () => {
    const { finder, change, accept } = setUpOne();
    await finder.withProc('a', requester([]), accept);
    change(['one']);
    await expect(finder.withProc('a', requester([]), accept)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await finder.withProc('a', requester(['one']), accept)).toBe(2);
    change([]);
    expect(await finder.withProc('a', requester([]), accept)).toBe(3);
  });

  it('refuses args only by the current revision', async () => {
    const { finder, stored, change, accept } = setUpOne();
    await finder.withProc('a', requester([]), accept);
    change([]);
    const checked = async ({ revision }: { revision: number }) => {
      if (revision === 1) throw new AppError('invalid_args', 'by the first revision');
      return revision;
    };
    expect(await finder.withProc('a', requester([]), checked)).toBe(2);
    const busy = () => Promise.reject(new AppError('too_many_requests', 'full'));
    await expect(finder.withProc('a', requester([]), busy)).rejects.toMatchObject({
      code: 'too_many_requests',
    });
    expect(stored.reads).toBe(2);
  });

  it('gives up on a proc that keeps changing', async () => {
    const { finder, stored } = setUpOne();
    const changed = () => Promise.reject(new ProcChangedError());
    await expect(finder.withProc('a', requester([]), changed)).rejects.toMatchObject({ code: 'unavailable' });
    expect(stored.reads).toBe(3);
  });
});

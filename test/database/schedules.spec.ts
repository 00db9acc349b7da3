import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nextFireAt } from '@app/cron';
import { SchedulesStore, SecretBox, SecretsStore, type NewSchedule } from '@app/database';
import { AppError, DEFAULT_SCHEDULE_POLICIES, plainArg } from '@app/domain';
import { aProc, aSubmission, openStores, randomName, type Stores } from '../support/stores.js';

let stores: Stores;
let schedules: SchedulesStore;
let secrets: SecretsStore;
const key = randomBytes(32);

beforeAll(async () => {
  stores = await openStores();
  schedules = new SchedulesStore(stores.database, { nextFireAt, maxPerOwner: 1_000, userShare: 500 });
  secrets = new SecretsStore(stores.database, new SecretBox(key));
});
afterAll(() => stores?.close());

async function aSchedule(changes: Partial<NewSchedule> = {}): Promise<NewSchedule> {
  const procName = randomName();
  await stores.procs.register([aProc(procName)]);
  return {
    procName,
    args: { NAME: 'value' },
    secretArgs: null,
    argsHash: 'hash',
    tags: 'a,b',
    cron: '*/5 * * * *',
    at: null,
    ...DEFAULT_SCHEDULE_POLICIES,
    notificationEmails: ['ada@example.org', 'bob@example.org'],
    userEmail: 'ada@example.org',
    group: 'ops',
    enabled: true,
    ...changes,
  };
}

async function create(changes: Partial<NewSchedule> = {}) {
  const given = await aSchedule(changes);
  const outcome = await schedules.create(given);
  if (outcome.kind !== 'created') throw new Error(outcome.kind);
  return { given, schedule: outcome.schedule };
}

describe('a schedule', () => {
  it('is stored as given, with its secret args separate', async () => {
    const secretArgs = { TOKEN: { ciphertext: 'AAAA', keyId: 'k' } };
    const { given, schedule } = await create({ secretArgs });
    const { argsHash, secretArgs: _, ...shown } = given;
    expect(schedule).toMatchObject({ ...shown, secretArgNames: ['TOKEN'] });
    expect(Number.isSafeInteger(schedule.id)).toBe(true);
    expect(await schedules.find(schedule.id)).toEqual(schedule);
    expect(await schedules.readSecretArgs(schedule.id)).toEqual(secretArgs);
    expect(await schedules.find(1)).toBeNull();
    expect(await schedules.readSecretArgs(1)).toBeNull();
  });

  it('exists once per proc and args, even after concurrent requests', async () => {
    const given = await aSchedule();
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => schedules.create(given)));
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual([
      'created',
      ...Array<string>(9).fill('duplicate'),
    ]);
    expect((await schedules.create({ ...given, argsHash: 'other' })).kind).toBe('created');
  });

  it('requires its proc', async () => {
    expect(await schedules.create({ ...(await aSchedule()), procName: 'none' })).toEqual({ kind: 'no_proc' });
  });

  it('is listed while it is enabled, by id', async () => {
    const [a, b] = [await create(), await create()];
    await schedules.update(a.schedule.id, { enabled: false });
    const listed = (await schedules.list({ all: false, visibleTo: null, after: null, limit: 1_000 })).map(
      ({ id }) => id,
    );
    expect(listed).toEqual([...listed].sort((x, y) => x - y));
    expect(listed).toContain(b.schedule.id);
    expect(listed).not.toContain(a.schedule.id);
    expect(
      (await schedules.list({ all: true, visibleTo: null, after: null, limit: 1_000 })).map(({ id }) => id),
    ).toContain(a.schedule.id);
  });

  it('changes only in the given fields', async () => {
    const { schedule } = await create({ secretArgs: { TOKEN: { ciphertext: 'AAAA', keyId: 'k' } } });
    const renamed = await schedules.update(schedule.id, { tags: 'c', group: 'dev', notificationEmails: [] });
    expect(renamed).toMatchObject({
      kind: 'updated',
      schedule: {
        ...schedule,
        tags: 'c',
        group: 'dev',
        notificationEmails: [],
        updatedAt: expect.any(Date) as unknown as Date,
      },
    });
    const cleared = await schedules.update(schedule.id, { args: {}, secretArgs: null, argsHash: 'x' });
    expect(cleared).toMatchObject({ schedule: { args: {}, secretArgNames: [], tags: 'c', enabled: true } });
    expect(await schedules.readSecretArgs(schedule.id)).toBeNull();
    expect(await schedules.update(1, { tags: 'c' })).toEqual({ kind: 'not_found' });
  });

  it('cannot become a duplicate of another schedule', async () => {
    const { given } = await create();
    const outcome = await schedules.create({ ...given, argsHash: 'other' });
    if (outcome.kind !== 'created') throw new Error(outcome.kind);
    expect(await schedules.update(outcome.schedule.id, { argsHash: given.argsHash })).toEqual({
      kind: 'duplicate',
    });
    expect(await schedules.find(outcome.schedule.id)).toEqual(outcome.schedule);
  });

  it('is removed once', async () => {
    const { schedule } = await create();
    expect([await schedules.remove(schedule.id), await schedules.remove(schedule.id)]).toEqual([true, false]);
    expect(await schedules.find(schedule.id)).toBeNull();
  });
});

describe('a proc', () => {
  it('keeps its declarations and pod settings; older registrations get defaults', async () => {
    const pod = {
      ...aProc('x').pod,
      resources: { requests: { cpu: '100m' }, limits: {} },
      tolerations: [
        { key: 'a', operator: 'Exists' as const, value: null, effect: null, tolerationSeconds: null },
      ],
    };
    const args = [plainArg('SIZE', { type: 'enum', options: ['s', 'm'], default: 's' })];
    const proc = aProc(randomName(), { pod, args });
    await stores.procs.register([proc]);
    const found = await stores.procs.find(proc.name);
    expect(found).toEqual({
      proc,
      revision: 1,
      createdAt: expect.any(Date) as unknown as Date,
      updatedAt: expect.any(Date) as unknown as Date,
    });
    await stores.query(
      `update proc set pod = '{}', args = '[{"name":"A","description":"d","required":true}]' where name = $1`,
      [proc.name],
    );
    expect((await stores.procs.find(proc.name))?.proc).toMatchObject({
      pod: aProc('x').pod,
      args: [plainArg('A', { description: 'd', required: true })],
    });
  });

  it('is listed by name, and by required group', async () => {
    const [a, b, c] = [randomName(), randomName(), randomName()].sort();
    const group = randomName();
    await stores.procs.register([
      aProc(c ?? '', { authorizedGroups: [group] }),
      aProc(a ?? '', { authorizedGroups: ['x', group] }),
      aProc(b ?? ''),
    ]);
    expect(await stores.procs.listOfGroup(group)).toEqual([a, c]);
    const names = (await stores.procs.list()).map(({ name }) => name);
    expect(names.filter((name) => [a, b, c].includes(name))).toEqual([a, b, c]);
  });

  it('is removed with its secrets, and only if nothing needs it', async () => {
    const { given, schedule } = await create();
    const { procName } = given;
    await secrets.set(procName, { TOKEN: 'value' }, 'ada');
    const { execution } = await stores.executions.submit(aSubmission({ procName }));
    expect(await stores.procs.remove(procName)).toEqual({ kind: 'in_use', schedules: 1, live: 1 });
    await schedules.remove(schedule.id);
    expect(await stores.procs.remove(procName)).toEqual({ kind: 'in_use', schedules: 0, live: 1 });
    expect(await secrets.list(procName)).toHaveLength(1);
    await stores.executions.requestCancel(execution.id, 'ada@example.com');
    expect(await stores.procs.remove(procName)).toEqual({ kind: 'removed' });
    expect(await stores.procs.remove(procName)).toEqual({ kind: 'not_found' });
    expect(await secrets.list(procName)).toEqual([]);
    expect(await stores.executions.find(execution.id)).toMatchObject({ procName, status: 'CANCELLED' });
  });

  it('is not removed under a concurrent execution or schedule', async () => {
    for (let round = 0; round < 20; round++) {
      const concurrency = { limit: 5, whenFull: 'queue' as const };
      const given = await aSchedule();
      const { procName } = given;
      await stores.procs.register([aProc(procName, { concurrency })]);
      const proc = { ...aSubmission().proc, name: procName, concurrency };
      const [removed, accepted, scheduled] = await Promise.all([
        stores.procs.remove(procName),
        stores.executions.submit(aSubmission({ proc })).catch((error: unknown) => error),
        schedules.create(given),
      ]);
      const isThere = (await stores.procs.find(procName)) !== null;
      expect(isThere).toBe(removed.kind === 'in_use');
      // The first one wins, and the second one gets an error.
      if (!isThere) {
        expect(accepted).toBeInstanceOf(AppError);
        expect(scheduled.kind).toBe('no_proc');
      } else {
        expect(accepted).toMatchObject({ isNew: true });
        expect(scheduled.kind).toBe('created');
      }
    }
  });
});

describe('secret args', () => {
  it('are readable with the key, and differ each time they are sealed', () => {
    const args = { TOKEN: 'value ☃', EMPTY: '' };
    const [first, second] = [secrets.sealArgs('proc', args), secrets.sealArgs('proc', args)];
    expect(secrets.openArgs('proc', first ?? {})).toEqual(args);
    expect(first?.['TOKEN']?.ciphertext).not.toBe(second?.['TOKEN']?.ciphertext);
    expect(JSON.stringify(first)).not.toContain('value');
    expect(secrets.sealArgs('proc', {})).toBeNull();
  });

  it('belong to their proc and name, and are not secrets of the proc', async () => {
    const sealed = secrets.sealArgs('proc', { TOKEN: 'value' }) ?? {};
    const token = sealed['TOKEN'] ?? { ciphertext: '', keyId: '' };
    for (const open of [
      () => secrets.openArgs('other', sealed),
      () => secrets.openArgs('proc', { OTHER: token }),
      () => secrets.openArgs('proc', { TOKEN: { ...token, ciphertext: 'AAAA' } }),
    ]) {
      expect(open).toThrow(/The secret arg (TOKEN|OTHER) of (proc|other) was encrypted with key/);
    }
    await stores.query(
      `insert into proc_secret (proc_name, name, ciphertext, key_id, set_by) values ('proc', 'TOKEN', decode($1, 'base64'), $2, '')`,
      [token.ciphertext, token.keyId],
    );
    await expect(secrets.read('proc')).rejects.toThrow();
  });

  it('name the arg and both keys if the key differs', () => {
    const other = new SecretsStore(stores.database, new SecretBox(randomBytes(32)));
    const sealed = other.sealArgs('proc', { TOKEN: 'the value' }) ?? {};
    const keyId = sealed['TOKEN']?.keyId ?? '';
    expect(() => secrets.openArgs('proc', sealed)).toThrow(
      `The secret arg TOKEN of proc was encrypted with key ${keyId} and can't be read with this process's keys: ${new SecretBox(key).keyId}.`,
    );
  });
});

describe('secrets of a proc', () => {
  it('are listed by name with their author and time, and removed one by one', async () => {
    const proc = randomName();
    await secrets.set(proc, { B: 'x', A: 'y' }, 'ada');
    await secrets.set(proc, { A: 'z' }, 'bob');
    expect(await secrets.list(proc)).toEqual([
      { name: 'A', setBy: 'bob', setAt: expect.any(Date) as unknown as Date },
      { name: 'B', setBy: 'ada', setAt: expect.any(Date) as unknown as Date },
    ]);
    expect([await secrets.remove(proc, 'A'), await secrets.remove(proc, 'A')]).toEqual([true, false]);
    expect(await secrets.read(proc)).toEqual({ B: 'x' });
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { WaitingFor } from '@app/domain';
import { accept, UNCLAIMED, type NewExecution } from '../../libs/database/src/executions/accept.js';
import { finish, NEVER_CLAIMED, type Finish } from '../../libs/database/src/executions/finish.js';
import { aProc, aSubmission, claimNew, openStores, randomName, type Stores } from '../support/stores.js';

const USER_SHARE = 3;
const settings = { userShare: USER_SHARE };
const options = { installationId: 'test1', userShare: USER_SHARE, claim: UNCLAIMED };

let stores: Stores;
beforeAll(async () => {
  stores = await openStores(settings);
});
afterAll(() => stores?.close());

const anEmail = () => `${randomName()}@example.org`;
const aNew = (
  changes: Parameters<typeof aSubmission>[0] & { waitingFor?: WaitingFor } = {},
): NewExecution => ({ waitingFor: null, ...aSubmission(changes) });
const acceptAll = async (batch: readonly NewExecution[]) =>
  (await accept(stores.database.prepared, batch, options)).accepted;
const finishAll = (batch: readonly Finish[]) =>
  stores.database.prepared.transaction((session) => finish(session, batch, settings));
const cancelled = (executionId: number, epoch = NEVER_CLAIMED): Finish => ({
  ...{ executionId, epoch, status: 'CANCELLED', exitCode: null, reason: 'test' },
});
const eventsOf = async (id: number) =>
  (await stores.query<{ event: string }>('select event from notification where execution_id = $1', [id])).map(
    ({ event }) => event,
  );

describe('accept', () => {
  it('accepts a batch of several procs, revisions and users, each in its place', async () => {
    const { proc } = aSubmission();
    const batch = [
      aNew({ procName: 'a', args: { N: '1' } }),
      aNew({ proc: { ...proc, name: 'b', revision: 2, imageName: 'b:2' }, userEmail: anEmail() }),
      aNew({ proc: { ...proc, name: 'b', revision: 3, imageName: 'b:3' }, userEmail: anEmail() }),
    ];
    const accepted = await acceptAll(batch);
    expect(accepted.map(({ index }) => index)).toEqual([0, 1, 2]);
    const rows = await stores.query(
      'select proc_name, proc_revision, image, args, created_at from execution where id = any($1) order by id',
      [accepted.map(({ id }) => id)],
    );
    expect(rows).toMatchObject([
      { proc_name: 'a', proc_revision: 1, args: { N: '1' } },
      { proc_name: 'b', proc_revision: 2, image: 'b:2' },
      { proc_name: 'b', proc_revision: 3, image: 'b:3' },
    ]);
    expect(rows.map(({ created_at }) => created_at)).toEqual(accepted.map(({ createdAt }) => createdAt));
  });

  it("counts a user's share over the batch, without executions that wait anyway", async () => {
    const userEmail = anEmail();
    await acceptAll([aNew({ userEmail })]);
    const batch = [
      aNew({ userEmail, waitingFor: 'slot' }),
      ...Array.from({ length: USER_SHARE }, () => aNew({ userEmail })),
      aNew({ userEmail: anEmail() }),
    ];
    const accepted = await acceptAll(batch);
    expect(accepted.map(({ waitingFor }) => waitingFor)).toEqual(['slot', null, null, 'share', null]);
  });

  it('does not count the share if the caller has counted it', async () => {
    const userEmail = anEmail();
    const batch = Array.from({ length: USER_SHARE + 1 }, () => aNew({ userEmail }));
    const { accepted } = await accept(stores.database.prepared, batch, { ...options, userShare: null });
    expect(accepted.map(({ waitingFor }) => waitingFor)).toEqual([null, null, null, null]);
  });

  it('stores text that is not valid Unicode with a replacement character', async () => {
    const accepted = await acceptAll([aNew({ remoteAddress: 'x\ud800' })]);
    const detail = await stores.executions.findDetail(accepted[0]!.id);
    expect(detail?.remoteAddress).toBe('x\ufffd');
  });
});

describe('finish', () => {
  it('ends the executions of a batch that the fence allows, with one event each, and returns them', async () => {
    const claimed = await claimNew(stores, { userEmail: anEmail() });
    const [fresh, fenced] = await acceptAll([aNew({ userEmail: anEmail() }), aNew({ userEmail: anEmail() })]);
    const { executionId, epoch } = claimed.lease;
    const batch = [
      cancelled(executionId, epoch),
      cancelled(fresh!.id),
      cancelled(fenced!.id, 7),
      cancelled(1),
    ];
    const { ended } = await finishAll(batch);
    expect(ended).toEqual(new Set([executionId, fresh!.id]));
    expect(await finishAll(batch)).toEqual({ ended: new Set(), admitted: [] });
    expect(await eventsOf(executionId)).toEqual(['ended']);
    expect(await eventsOf(fresh!.id)).toEqual(['ended']);
    expect(await eventsOf(fenced!.id)).toEqual([]);
  });

  it('changes nothing if the status does not allow the move', async () => {
    const { lease } = await claimNew(stores, { userEmail: anEmail() });
    const end = { executionId: lease.executionId, epoch: lease.epoch, exitCode: 0, reason: null };
    expect((await finishAll([{ ...end, status: 'FINISHED' }])).ended.size).toBe(0);
    expect((await finishAll([{ ...end, status: 'CREATION_FAILED' }])).ended.size).toBe(1);
  });

  it('admits the next ones of every proc and user of the batch', async () => {
    const names = [randomName(), randomName()];
    await stores.procs.register(
      names.map((name) => aProc(name, { concurrency: { limit: 1, whenFull: 'queue' } })),
    );
    const submit = async (name: string) => {
      const proc = { ...aSubmission().proc, name, concurrency: { limit: 1, whenFull: 'queue' as const } };
      return (await stores.executions.submit(aSubmission({ proc, userEmail: anEmail() }))).execution.id;
    };
    const running = [await submit(names[0]!), await submit(names[1]!)];
    const waiting = [await submit(names[0]!), await submit(names[1]!)];
    const { admitted } = await finishAll(running.map((id) => cancelled(id)));
    expect(admitted.toSorted()).toEqual(waiting.toSorted());
  });

  it('does not deadlock with the same batch in another order', async () => {
    const accepted = await acceptAll(Array.from({ length: 40 }, () => aNew({ userEmail: anEmail() })));
    const batch = accepted.map(({ id }) => cancelled(id));
    const results = await Promise.all([batch, batch.toReversed(), batch, batch.toReversed()].map(finishAll));
    expect(results.map(({ ended }) => ended.size).toSorted()).toEqual([0, 0, 0, 40]);
  });

  it('stores a reason that is not valid Unicode with a replacement character', async () => {
    const [one] = await acceptAll([aNew({ userEmail: anEmail() })]);
    await finishAll([{ ...cancelled(one!.id), reason: 'cut \ud83d' }]);
    expect((await stores.executions.find(one!.id))?.reason).toBe('cut \ufffd');
  });
});

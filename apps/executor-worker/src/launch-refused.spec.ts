import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RunnerRefusedError, RunnerRefusedForNowError, RunnerUnavailableError } from '@app/runner';
import { FakeRecords } from './testing/fake-records.js';
import { FakeWorker, WatchedRunner } from './testing/fake-worker.js';

const QUOTA = 'jobs.batch "proctor-test-1" is forbidden: exceeded quota: jobs, used: 5, limited: 5';

let records: FakeRecords;
let runner: WatchedRunner;
let id: number;
const workers: FakeWorker[] = [];

const newWorker = (refusedLimitMs: number): FakeWorker => {
  const made = new FakeWorker(records, runner, { refusedLimitMs });
  workers.push(made);
  return made;
};
const refuse = (error: Error) => () => {
  throw error;
};
const execution = () => records.row(id).execution;

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !holds(); i++) await sleep(10);
  if (!holds()) throw new Error('the condition did not become true in time');
}

beforeEach(() => {
  records = new FakeRecords();
  runner = new WatchedRunner();
  id = records.add();
});
afterEach(async () => {
  await runner.close();
  for (const one of workers.splice(0)) one.close();
});

describe('an execution whose Job is refused for now', () => {
  it('shows why and until when while it is tried again, and runs once it is accepted', async () => {
    runner.beforeCreate = refuse(new RunnerRefusedForNowError(QUOTA));
    const { outcome } = newWorker(60_000).deliver(id);
    await until(() => execution().reason !== null);
    expect(execution()).toMatchObject({ status: 'RECEIVED', reason: QUOTA });
    const leftMs = execution().waitsUntil!.getTime() - Date.now();
    expect(leftMs).toBeGreaterThan(58_000);
    expect(leftMs).toBeLessThanOrEqual(60_000);
    runner.beforeCreate = () => undefined;
    await outcome;
    expect(execution()).toMatchObject({ status: 'FINISHED', reason: null, waitsUntil: null });
  });

  it('ends with the reason after the limit', async () => {
    runner.beforeCreate = refuse(new RunnerRefusedForNowError(QUOTA));
    await newWorker(300).run(id);
    expect(execution()).toMatchObject({ status: 'CREATION_FAILED', reason: `${QUOTA} (after 0 s)` });
    expect(runner.created).toEqual([]);
  });

  it('is adopted after the limit if an earlier create succeeded without an answer', async () => {
    let creates = 0;
    runner.beforeCreate = () => {
      if (++creates > 1) throw new RunnerRefusedForNowError(QUOTA);
    };
    runner.afterCreate = refuse(new RunnerUnavailableError('timeout'));
    await newWorker(300).run(id);
    expect(execution()).toMatchObject({ status: 'FINISHED', exitCode: 0 });
    expect(runner.created).toHaveLength(1);
  });

  it('counts no outage', async () => {
    runner.beforeCreate = refuse(new RunnerUnavailableError('Kubernetes did not answer'));
    const { outcome } = newWorker(300).deliver(id);
    await sleep(900);
    expect(execution()).toMatchObject({
      status: 'RECEIVED',
      reason: 'Kubernetes did not answer',
      waitsUntil: null,
    });
    runner.beforeCreate = () => undefined;
    await outcome;
    expect(execution()).toMatchObject({ status: 'FINISHED' });
  });

  it('counts on when another worker takes over', async () => {
    runner.beforeCreate = refuse(new RunnerRefusedForNowError(QUOTA));
    const first = newWorker(60_000).deliver(id);
    await until(() => records.row(id).refusals !== null);
    first.stop('hand_over');
    await first.outcome;
    records.row(id).refusals!.sumMs = 59_900;
    await newWorker(60_000).run(id);
    expect(execution()).toMatchObject({ status: 'CREATION_FAILED' });
  });

  it('can be cancelled', async () => {
    runner.beforeCreate = refuse(new RunnerRefusedForNowError(QUOTA));
    const worker = newWorker(60_000);
    const { outcome } = worker.deliver(id);
    await until(() => execution().reason !== null);
    records.requestCancel(id);
    worker.handler.followers.get(id)?.requestCancel();
    await outcome;
    expect(execution()).toMatchObject({ status: 'CANCELLED' });
  });

  it('ends at once if the refusal is permanent, unless its Job exists', async () => {
    runner.refusal = 'admission webhook "a" denied the request: exceeded quota: ask us';
    await newWorker(60_000).run(id);
    expect(execution()).toMatchObject({ status: 'CREATION_FAILED', reason: runner.refusal });
  });
});

describe('an execution whose Secret is refused', () => {
  it.each([
    ['for now', new RunnerRefusedForNowError('HTTP 403 Forbidden'), 'HTTP 403 Forbidden (after 0 s)'],
    ['permanently', new RunnerRefusedError('Kubernetes refused to create Secret'), /^Kubernetes refused/],
  ])('%s ends with the reason and without its Job', async (_kind, error, reason) => {
    runner.createSecret = async () => {
      throw error;
    };
    await newWorker(300).run(id);
    expect(execution()).toMatchObject({ status: 'JOB_CREATION_FAILED' });
    expect(execution().reason).toMatch(reason);
    expect(runner.deleted).toEqual(['proctor-test-1']);
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { JobView } from '@app/runner';
import { JOB_REQUEST } from '../../../libs/runner/src/testing/index.js';
import { JobSweep, TOMBSTONE_MS } from './sweep-jobs.js';
import { FakeRecords } from './testing/fake-records.js';
import { FakeWorker, WatchedRunner } from './testing/fake-worker.js';

const NOW = new Date('2026-11-22T10:00:00Z');
const ago = (ms: number) => new Date(NOW.getTime() - ms);

let records: FakeRecords;
let runner: WatchedRunner;
let worker: FakeWorker;
beforeEach(() => {
  records = new FakeRecords();
  runner = new WatchedRunner();
  worker = new FakeWorker(records, runner);
});
afterEach(() => worker.close());

function jobOf(executionId: number | string, changes: Partial<JobView> = {}): JobView {
  return {
    jobName: `job-${executionId}`,
    jobUid: `uid-${executionId}`,
    executionId: String(executionId),
    createdAt: ago(3_600_000),
    startableAt: ago(3_600_000),
    suspended: null,
    queue: null,
    active: 0,
    finished: { succeeded: true, reason: '', message: '', at: ago(TOMBSTONE_MS + 1) },
    endedPods: 0,
    isBeingDeleted: false,
    ...changes,
  };
}

async function sweep(jobs: JobView[]): Promise<string[]> {
  runner.listJobs = () => jobs;
  await new JobSweep(worker.context).sweep(NOW);
  return runner.deleted;
}

describe('JobSweep', () => {
  it('removes the Jobs of executions that are over or unknown', async () => {
    const over = records.add({ status: 'FINISHED' });
    expect(await sweep([jobOf(over), jobOf(99), jobOf('no number')])).toEqual([
      'job-1',
      'job-99',
      'job-no number',
    ]);
  });

  it('keeps a finished Job as a tombstone, longer than a cut-off worker can believe it holds the lease', async () => {
    const over = records.add({ status: 'FINISHED' });
    const finished = { succeeded: true, reason: '', message: '', at: ago(TOMBSTONE_MS) };
    expect(await sweep([jobOf(over, { finished })])).toEqual([]);
    expect(TOMBSTONE_MS).toBeGreaterThan(12_000 + 5_000);
  });

  it('keeps an unfinished Job whose execution has just ended', async () => {
    const ids = [TOMBSTONE_MS, TOMBSTONE_MS + 1].map((ms) =>
      records.add({ status: 'FINISHED', endedAt: ago(ms) }),
    );
    for (const id of ids) records.row(id).jobUid = `uid-${id}`;
    expect(await sweep(ids.map((id) => jobOf(id, { finished: null })))).toEqual(['job-2']);
  });

  it('keeps the Job of a running execution, and a Job that is about to be recorded', async () => {
    const [running, unrecorded] = [records.add(), records.add()];
    records.row(running).jobUid = `uid-${running}`;
    expect(await sweep([jobOf(running, { finished: null }), jobOf(unrecorded, { finished: null })])).toEqual(
      [],
    );
  });

  it('removes a Job that is not the recorded one of its execution', async () => {
    const running = records.add();
    records.row(running).jobUid = 'another uid';
    expect(await sweep([jobOf(running, { finished: null })])).toEqual(['job-1']);
  });

  it('deletes the pods of a Job that a finalizer keeps', async () => {
    runner.script = () => new Promise(() => undefined);
    const executionId = String(records.add({ status: 'FINISHED' }));
    const outcome = await runner.createJob({ ...JOB_REQUEST, jobName: 'kept', executionId });
    const jobUid = outcome.kind === 'created' ? outcome.jobUid : '';
    await runner.createSecret({ jobName: 'kept', jobUid }, {});
    runner.finalizerOn = 'job';
    await runner.deleteJob({ jobName: 'kept', jobUid });
    const job = runner.listJobs()[0]!;
    expect(job.isBeingDeleted).toBe(true);
    await sweep([{ ...job, createdAt: ago(3_600_000), finished: null }]);
    expect(runner.deletedPods).toHaveLength(1);
    await sweep([{ ...job, createdAt: ago(3_600_000), finished: null }]);
    expect(runner.deletedPods).toHaveLength(1);
  });

  it('removes an old orphan that never finished', async () => {
    const young = jobOf(7, { finished: null, createdAt: ago(TOMBSTONE_MS) });
    const old = jobOf(8, { finished: null, createdAt: ago(TOMBSTONE_MS + 1) });
    expect(await sweep([young, old])).toEqual(['job-8']);
  });

  it('sweeps more than one page', async () => {
    const jobs = Array.from({ length: 1_100 }, (_, i) => jobOf(i + 1));
    expect(new Set(await sweep(jobs)).size).toBe(1_100);
  });
});

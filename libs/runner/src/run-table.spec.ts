import { describe, expect, it } from '@jest/globals';
import type { JobView, PodView, RunView } from './runner.js';
import { RunTable } from './run-table.js';

const jobOf = (jobName: string, change: Partial<JobView> = {}): JobView => ({
  jobName,
  jobUid: `uid-${jobName}`,
  executionId: '1',
  createdAt: new Date(0),
  startableAt: new Date(0),
  suspended: null,
  queue: null,
  active: 1,
  finished: null,
  endedPods: 0,
  isBeingDeleted: false,
  ...change,
});
const podOf = (podUid: string, createdAt: number): PodView => ({
  podName: podUid,
  podUid,
  createdAt: new Date(createdAt),
  state: { kind: 'waiting', reason: null, message: null },
  phase: 'active',
  mayRun: true,
  isKeptAlive: false,
  isDisrupted: false,
  isBeingDeleted: false,
});

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('RunTable', () => {
  it('shows what the queue says about a Job only while it is suspended', () => {
    const table = new RunTable();
    const warning = { reason: 'Pending', message: 'no room', at: new Date(5) };
    table.putWarning({ kind: 'Workload', name: 'a', uid: 'w', warning });
    table.putJob(jobOf('a', { suspended: { since: new Date(0) }, queue: 'batch' }));
    expect(table.run('a').job).toMatchObject({ queueWarning: warning });
    table.putJob(jobOf('a', { queue: 'batch' }));
    expect(table.run('a').job).not.toHaveProperty('queueWarning');
  });

  it('tells every reader when Jobs and pods may not be watched', async () => {
    const table = new RunTable();
    table.putJob(jobOf('a'));
    const seen: (string | undefined)[] = [];
    const stop = new AbortController();
    const reading = (async () => {
      for await (const { watchRefused } of table.observe('a', stop.signal)) seen.push(watchRefused);
    })();
    await settle();
    table.watchRefused = 'forbidden';
    await settle();
    table.watchRefused = null;
    await settle();
    stop.abort();
    await reading;
    expect(seen).toEqual([undefined, 'forbidden', undefined]);
  });

  it('orders the pods of a run by creation', () => {
    const table = new RunTable();
    table.putPod({ jobName: 'a', pod: podOf('second', 2) });
    table.putPod({ jobName: 'a', pod: podOf('first', 1) });
    table.putPod({ jobName: 'b', pod: podOf('other', 0) });
    expect(table.run('a').pods.map(({ podUid }) => podUid)).toEqual(['first', 'second']);
  });

  it('shows a slow reader only the latest state, and ignores updates without a change', async () => {
    const table = new RunTable();
    const reading = new AbortController();
    const seen: RunView[] = [];
    const reader = (async () => {
      for await (const run of table.observe('a', reading.signal)) seen.push(run);
    })();
    await settle();
    for (let active = 0; active < 100; active++) table.putJob(jobOf('a', { active }));
    await settle();
    table.putJob(jobOf('a', { active: 99 }));
    table.putJob(jobOf('b'));
    await settle();
    expect(seen.map(({ job }) => job?.active)).toEqual([undefined, 99]);
    reading.abort();
    await reader;
  });

  it('misses no change that arrives while the reader handles the previous one', async () => {
    const table = new RunTable();
    const reading = new AbortController();
    for await (const { job } of table.observe('a', reading.signal)) {
      if (job?.active === 3) reading.abort();
      table.putJob(jobOf('a', { active: (job?.active ?? 0) + 1 }));
    }
    expect(table.run('a').job?.active).toBe(4);
  });

  it('drops entries missing from a new list, and notifies their readers', async () => {
    const table = new RunTable();
    table.putJob(jobOf('a'));
    table.putPod({ jobName: 'a', pod: podOf('p', 1) });
    const changes: string[] = [];
    table.listen('a', () => changes.push('a'));
    const stop = table.listen('p', () => changes.push('p'));
    table.replaceJobs([jobOf('b')]);
    table.replacePods([]);
    stop();
    table.putPod({ jobName: 'a', pod: podOf('p', 1) });
    expect(changes).toEqual(['a', 'a', 'p', 'a']);
    expect(table.jobs().map(({ jobName }) => jobName)).toEqual(['b']);
  });

  it('shows how a pod ended that is gone, until its Job is', async () => {
    const table = new RunTable();
    const podsSeen = async () => {
      for await (const { pods } of table.observe('a', new AbortController().signal)) return pods;
      return [];
    };
    const state = {
      ...({ kind: 'failed', exitCode: 143, reason: 'Error', message: null } as const),
      ...{ startedAt: null, endedAt: new Date(5) },
    };
    table.putJob(jobOf('a'));
    table.putPod({ jobName: 'a', pod: podOf('waiting', 1) });
    table.putPod({ jobName: 'a', pod: { ...podOf('ended', 2), state, isKeptAlive: true } });
    table.removePod('waiting');
    table.removePod('ended');
    expect(await podsSeen()).toMatchObject([
      { podUid: 'ended', state, mayRun: false, isKeptAlive: false, isBeingDeleted: true },
    ]);
    expect([table.run('a').pods, table.pod('ended')]).toEqual([[], null]);
    table.removeJob(jobOf('a'));
    expect(await podsSeen()).toEqual([]);
  });

  it('keeps a Job that has taken over the name of a removed one', () => {
    const table = new RunTable();
    table.putJob(jobOf('a', { jobUid: 'new' }));
    table.removeJob({ jobName: 'a', jobUid: 'old' });
    expect(table.run('a').job?.jobUid).toBe('new');
  });
});

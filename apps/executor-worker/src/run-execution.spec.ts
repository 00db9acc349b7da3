import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DEFAULT_POD_SETTINGS, LOG_START } from '@app/domain';
import { LogLostError, RunnerUnavailableError, type RunView } from '@app/runner';
import { JOB_REQUEST } from '../../../libs/runner/src/testing/index.js';
import { FakeRecords, unavailable } from './testing/fake-records.js';
import { FakeWorker, WatchedRunner } from './testing/fake-worker.js';

let records: FakeRecords;
let runner: WatchedRunner;
let worker: FakeWorker;
const workers: FakeWorker[] = [];

function newWorker(settings: ConstructorParameters<typeof FakeWorker>[2] = {}): FakeWorker {
  const made = new FakeWorker(records, runner, settings);
  workers.push(made);
  return made;
}

beforeEach(() => {
  records = new FakeRecords();
  runner = new WatchedRunner();
  worker = newWorker();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await runner.close();
  for (const one of workers.splice(0)) one.close();
});

const end = (id: number) => {
  const { status, exitCode, reason } = records.row(id).execution;
  return { status, exitCode, reason };
};
const finished = { status: 'FINISHED', exitCode: 0, reason: null };
const done = { kind: 'done' };

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !holds(); i++) await sleep(10);
  if (!holds()) throw new Error('the condition did not become true in time');
}

const isRunning = (id: number) => () => records.row(id).execution.status === 'POD_READY';

/** Another worker claims the execution. */
const takeOver = (id: number) => void records.row(id).epoch++;

describe('an execution, from claim to end,', () => {
  it('runs one Job with its Secret, stores its log and its attempt, and ends once', async () => {
    runner.script = (container) => container.print('hello', 'world');
    const id = records.add();
    expect(await worker.run(id)).toEqual(done);
    expect(end(id)).toEqual(finished);
    expect(records.textOf(id)).toEqual(['hello', 'world']);
    expect([runner.created, runner.secrets, runner.deleted]).toEqual([
      ['proctor-test-1'],
      ['proctor-test-1'],
      [],
    ]);
    expect([...records.row(id).updates.values()]).toMatchObject([{ exitCode: 0 }]);
    expect(records.row(id).attempts).toMatchObject([{ isLogComplete: true }]);
    expect(records.row(id).notifications).toBe(1);
    expect(worker.handler.followers.size).toBe(0);
  });

  it('is ignored if it is over', async () => {
    const id = records.add({ status: 'CANCELLED' });
    expect(await worker.run(id)).toEqual(done);
    expect(runner.created).toEqual([]);
  });

  it('ends with the exit code of the last attempt the proc allows', async () => {
    runner.script = (container) => {
      container.print(`attempt ${container.attempt}`);
      container.exit(container.attempt + 2);
    };
    const id = records.add({ snapshot: { retries: 2 } });
    await worker.run(id);
    expect(end(id)).toEqual({ status: 'POD_FAILED', exitCode: 5, reason: null });
    expect(records.textOf(id)).toEqual(['attempt 1', 'attempt 2', 'attempt 3']);
    expect(records.row(id).attempts).toHaveLength(3);
  });

  it.each([
    [0, { status: 'FETCH_POD_LOG_FAILED', exitCode: 0 }],
    [4, { status: 'POD_FAILED', exitCode: 4 }],
  ])('whose log was lost ends after exit code %i as %j', async (code, expected) => {
    runner.script = async (container) => {
      container.print('a line');
      await sleep(30);
      container.exit(code);
    };
    const follow = runner.followLog.bind(runner);
    runner.followLog = async function* (...args) {
      for await (const piece of follow(...args)) {
        yield piece;
        await sleep(50);
        throw new LogLostError('the node is gone');
      }
    };
    const id = records.add();
    await worker.run(id);
    expect(end(id)).toMatchObject(expected);
    expect(records.textOf(id)).toEqual(['a line', '[proctor: lines are missing here: the node is gone]']);
  });

  it('ends with the outcome of its pod, even if the watch of pods has not delivered it', async () => {
    runner.script = async (container) => {
      container.print('a line');
      await sleep(30);
      container.exit(4);
    };
    const observe = runner.observe.bind(runner);
    runner.observe = async function* (...args) {
      for await (const { job } of observe(...args)) yield { job, pods: [] };
    };
    const id = records.add();
    await worker.run(id);
    expect(end(id)).toEqual({ status: 'POD_FAILED', exitCode: 4, reason: null });
    expect(records.textOf(id)).toEqual(['a line']);
    expect([...records.row(id).updates.values()]).toMatchObject([{ exitCode: 4 }]);
  });

  it('ends with the outcome of its last pod, even if the watch of pods has delivered only the one before', async () => {
    runner.script = (container) => {
      container.print(`attempt ${container.attempt}`);
      container.exit(container.attempt + 2);
    };
    const observe = runner.observe.bind(runner);
    runner.observe = async function* (...args) {
      for await (const { job, pods } of observe(...args)) yield { job, pods: pods.slice(0, 1) };
    };
    const id = records.add({ snapshot: { retries: 1 } });
    await worker.run(id);
    expect(end(id)).toEqual({ status: 'POD_FAILED', exitCode: 4, reason: null });
    expect(records.textOf(id)).toEqual(['attempt 1', 'attempt 2']);
    expect([...records.row(id).updates.values()]).toMatchObject([{ exitCode: 3 }, { exitCode: 4 }]);
  });

  it('marks the lines of a pod that was gone with its node before a worker saw it', async () => {
    runner.script = (container) => {
      container.print(`attempt ${container.attempt}`);
      container.exit(3);
    };
    const isFirst = ({ pods }: RunView) => pods.slice(0, 1);
    const observe = runner.observe.bind(runner);
    runner.observe = async function* (...args) {
      for await (const view of observe(...args)) yield { job: view.job, pods: isFirst(view) };
    };
    const read = runner.read.bind(runner);
    runner.read = async (name) => {
      const view = await read(name);
      return { job: view.job, pods: isFirst(view) };
    };
    const id = records.add({ snapshot: { retries: 1 } });
    await worker.run(id);
    expect(end(id)).toMatchObject({ status: 'POD_FAILED' });
    const missing = 'a pod was gone, with its log, before Proctor saw it';
    expect(records.textOf(id)).toEqual(['attempt 1', `[proctor: lines are missing here: ${missing}]`]);
    expect([...records.row(id).updates.values()].map(({ reason }) => reason).at(-1)).toBe(missing);
  });

  it('marks the lines of a pod that is gone and whose log an earlier worker had not read', async () => {
    runner.script = (container) => container.exit(3);
    const observe = runner.observe.bind(runner);
    runner.observe = async function* (...args) {
      for await (const { job } of observe(...args)) yield { job, pods: [] };
    };
    const read = runner.read.bind(runner);
    runner.read = async (name) => ({ job: (await read(name)).job, pods: [] });
    const id = records.add();
    const attempts = records.row(id).attempts;
    attempts.push({
      ...{ podUid: 'gone', podName: 'pod-1', logPosition: LOG_START, isLogComplete: false },
      ...{ endedAt: null, exitCode: null, reason: null, isDisrupted: false },
    });
    await worker.run(id);
    expect(end(id)).toMatchObject({ status: 'POD_FAILED', exitCode: null });
    const missing = '[proctor: lines are missing here: Pod pod-1 is gone, and its log with it.]';
    expect(records.textOf(id)).toEqual([missing]);
  });

  it('masks the values of its own Secret, even after the secret was changed', async () => {
    records.secretValues = { TOKEN: 'first-secret-value' };
    runner.script = async (container) => {
      records.secretValues = { TOKEN: 'second-secret-value' };
      container.print(`token is ${container.env['TOKEN']}`);
    };
    const id = records.add({ snapshot: { requiredSecrets: ['TOKEN'] } });
    await worker.run(id);
    expect(records.textOf(id)).toEqual(['token is ***']);
  });

  it('masks what a webhook made of the Secret that it created, without reading it', async () => {
    const createSecret = runner.createSecret.bind(runner);
    runner.createSecret = (job) => createSecret(job, { TOKEN: 'from-the-vault' });
    runner.readSecret = () => Promise.reject(new Error('it is not to be read'));
    runner.script = (container) => container.print(`token is ${container.env['TOKEN']}`);
    const id = records.add();
    expect(await worker.run(id)).toEqual(done);
    expect(records.textOf(id)).toEqual(['token is ***']);
  });

  it('masks and stores any message its container leaves as it ends', async () => {
    records.secretValues = { TOKEN: 'first-secret-value' };
    runner.script = (container) => container.exit(3, `login failed:\n${container.env['TOKEN']}\0`);
    const id = records.add({ snapshot: { requiredSecrets: ['TOKEN'] } });
    await worker.run(id);
    const reason = 'login failed:\n***\\0';
    expect(end(id)).toEqual({ status: 'POD_FAILED', exitCode: 3, reason });
    expect([...records.row(id).updates.values()]).toMatchObject([{ reason: `Error: ${reason}` }]);
  });

  it('names the missing secrets, and creates no Job', async () => {
    records.secretValues = { A: 'some value' };
    const id = records.add({ snapshot: { requiredSecrets: ['A', 'B', 'C'] } });
    expect(await worker.run(id)).toEqual(done);
    expect(end(id)).toMatchObject({ status: 'REQUIREMENT_NOT_MET', reason: expect.stringContaining('B, C') });
    expect(runner.created).toEqual([]);
  });

  it('passes secret args to the container alongside the secrets of the proc, and masks them', async () => {
    records.secretValues = { TOKEN: 'of-the-proc' };
    runner.script = (container) => {
      const { TOKEN, PASSWORD } = container.env;
      container.print(`${TOKEN?.length} ${PASSWORD?.length} ${TOKEN} ${PASSWORD}`);
    };
    const id = records.add({
      secretArgs: { PASSWORD: 'hunter22' },
      snapshot: { requiredSecrets: ['TOKEN'] },
    });
    expect(await worker.run(id)).toEqual(done);
    expect(end(id)).toEqual(finished);
    expect(records.textOf(id)).toEqual(['11 8 *** ***']);
  });

  describe('in a namespace of its own', () => {
    const pod = { ...DEFAULT_POD_SETTINGS, namespace: 'reports' };

    it('runs there', async () => {
      worker.cluster.allowed.add('reports');
      const id = records.add({ snapshot: { pod } });
      expect(await worker.run(id)).toEqual(done);
      expect(end(id)).toEqual(finished);
      expect(worker.cluster.in('reports').created).toHaveLength(1);
      expect([runner.created, records.row(id).jobNamespace]).toEqual([[], 'reports']);
    });

    it('does not start if the namespace has left the settings', async () => {
      const id = records.add({ snapshot: { pod } });
      expect(await worker.run(id)).toEqual(done);
      expect(end(id)).toMatchObject({
        status: 'CREATION_FAILED',
        reason: 'the namespace reports is not in PROCTOR_ALLOWED_NAMESPACES; add it, or change the proc',
      });
      expect(worker.cluster.in('reports').created).toEqual([]);
    });

    it('is followed to its end if the namespace leaves the settings meanwhile', async () => {
      worker.cluster.allowed.add('reports');
      const there = worker.cluster.in('reports');
      let finish = () => {};
      there.script = async (container) => {
        container.start();
        await new Promise<void>((resolve) => (finish = resolve));
        container.print('done');
      };
      const id = records.add({ snapshot: { pod } });
      const first = worker.deliver(id);
      while (records.row(id).execution.status !== 'POD_READY') await sleep(5);
      first.stop('hand_over');
      await first.outcome;
      worker.cluster.allowed.clear();
      const second = worker.run(id);
      finish();
      expect(await second).toEqual(done);
      expect(end(id)).toEqual(finished);
      expect(records.textOf(id)).toEqual(['done']);
    });

    it('is followed in the default namespace if a worker of an earlier version created its Job', async () => {
      worker.cluster.allowed.add('reports');
      let finish = () => {};
      runner.script = async (container) => {
        container.start();
        await new Promise<void>((resolve) => (finish = resolve));
        container.print('done');
      };
      const id = records.add({});
      const first = worker.deliver(id);
      while (records.row(id).execution.status !== 'POD_READY') await sleep(5);
      first.stop('hand_over');
      await first.outcome;
      Object.assign(records.row(id), { snapshot: { ...records.row(id).snapshot, pod }, jobNamespace: null });
      const second = worker.run(id);
      finish();
      expect(await second).toEqual(done);
      expect(end(id)).toEqual(finished);
    });

    it('says that the worker may not watch it, and goes on once it may', async () => {
      worker.cluster.allowed.add('reports');
      const there = worker.cluster.in('reports');
      there.refuseWatch('jobs.batch is forbidden: cannot watch');
      const id = records.add({ snapshot: { pod } });
      const run = worker.run(id);
      while (records.row(id).execution.reason === null) await sleep(5);
      expect(records.row(id).execution.reason).toMatch(/cannot watch/);
      expect(there.created).toEqual([]);
      // The other namespaces go on.
      const other = records.add();
      await worker.run(other);
      expect(end(other)).toEqual(finished);
      there.refuseWatch(null);
      expect(await run).toEqual(done);
      expect(end(id)).toEqual(finished);
    });

    it('shows on a running execution that the worker may no longer watch', async () => {
      worker.cluster.allowed.add('reports');
      const there = worker.cluster.in('reports');
      there.script = async (container) => {
        container.start();
        await container.stopped;
      };
      const id = records.add({ snapshot: { pod } });
      const run = worker.run(id);
      while (records.row(id).execution.status !== 'POD_READY') await sleep(5);
      there.refuseWatch('pods is forbidden: cannot watch');
      while (records.row(id).execution.reason === null) await sleep(5);
      expect(records.row(id).execution).toMatchObject({
        status: 'POD_READY',
        reason: 'pods is forbidden: cannot watch',
      });
      there.refuseWatch(null);
      while (records.row(id).execution.reason !== null) await sleep(5);
      records.requestCancel(id);
      worker.handler.followers.get(id)?.requestCancel();
      await run;
    });
  });

  describe('with files', () => {
    const pod = {
      ...DEFAULT_POD_SETTINGS,
      files: [
        { path: '/etc/b', bytes: 1, digest: 'digest-b' },
        { path: '/etc/a', bytes: 1, digest: 'digest-a' },
      ],
    };

    it('gives them to the Job in their order, before its Secret opens the gate', async () => {
      records.texts.set('digest-a', 'a').set('digest-b', 'b');
      const id = records.add({ snapshot: { pod } });
      expect(await worker.run(id)).toEqual(done);
      expect(end(id)).toEqual(finished);
      expect(runner.files).toEqual([['b', 'a']]);
    });

    it('goes on where its predecessor died between the files and the Secret', async () => {
      records.texts.set('digest-a', 'a').set('digest-b', 'b');
      const id = records.add({ snapshot: { pod } });
      runner.beforeSecret = () => {
        throw new Error('killed');
      };
      expect(await worker.run(id)).toMatchObject({ kind: 'retry' });
      runner.beforeSecret = () => undefined;
      expect(await worker.run(id)).toEqual(done);
      expect(end(id)).toEqual(finished);
      expect(runner.files).toEqual([['b', 'a']]);
    });

    it('ends if a text is gone, and deletes the Job', async () => {
      records.texts.set('digest-a', 'a');
      const id = records.add({ snapshot: { pod } });
      expect(await worker.run(id)).toEqual(done);
      expect(end(id)).toMatchObject({
        status: 'JOB_CREATION_FAILED',
        reason: expect.stringMatching(/\/etc\/b/),
      });
      expect(runner.deleted).toHaveLength(1);
    });
  });

  it('names the secret args that cannot be decrypted, without their values, and creates no Job', async () => {
    const id = records.add({ secretArgs: { PASSWORD: 'hunter22' } });
    records.keyId = 'key-2';
    expect(await worker.run(id)).toEqual(done);
    expect(end(id)).toMatchObject({
      status: 'REQUIREMENT_NOT_MET',
      reason: expect.stringContaining('PASSWORD was encrypted with key key-1'),
    });
    expect(JSON.stringify(end(id))).not.toMatch(/hunter22|aHVudGVyMjI/);
    expect(runner.created).toEqual([]);
  });

  it('reports why Kubernetes refuses the Job', async () => {
    runner.refusal = 'admission webhook says no';
    const id = records.add();
    await worker.run(id);
    expect(end(id)).toEqual({
      status: 'CREATION_FAILED',
      exitCode: null,
      reason: 'admission webhook says no',
    });
  });

  it('does not touch a foreign Job with its name', async () => {
    const id = records.add();
    const request = {
      procName: 'x',
      team: '',
      user: '',
      image: 'i',
      args: {},
      context: {},
      timeoutSeconds: 1,
      retries: 0,
      pod: DEFAULT_POD_SETTINGS,
    };
    runner.occupy({ ...request, jobName: 'proctor-test-1', executionId: '999' });
    await worker.run(id);
    expect(end(id)).toMatchObject({
      status: 'CREATION_FAILED',
      reason: 'another Job named proctor-test-1 already exists',
    });
    expect([runner.deleted, runner.secrets]).toEqual([[], []]);
  });

  it('ends if its image cannot be pulled, and removes the Job', async () => {
    worker = newWorker({ startLimits: { startMs: 60_000, imageMs: 100, queueMs: 60_000 } });
    runner.script = async (container) => {
      container.wait('ErrImagePull', 'no such image');
      await container.stopped;
    };
    const id = records.add();
    await worker.run(id);
    expect(end(id)).toMatchObject({
      status: 'POD_CREATION_FAILED',
      reason: expect.stringContaining('no such image'),
    });
    expect(runner.deleted).toContain('proctor-test-1');
  });

  it('that was waiting for its image too long when last seen is read directly before it is given up', async () => {
    worker = newWorker({ startLimits: { startMs: 60_000, imageMs: 100, queueMs: 60_000 } });
    let isWatchBehind = false;
    runner.script = async (container) => {
      container.wait('ErrImagePull', 'no such image');
      await until(() => isWatchBehind);
      container.print('a line');
      await sleep(300);
    };
    const observe = runner.observe.bind(runner);
    runner.observe = async function* (...args) {
      for await (const view of observe(...args)) {
        // The watch is down for longer than pulling the image may take.
        if (view.pods.at(-1)?.state.kind === 'running') await sleep(200);
        yield view;
        const state = view.pods.at(-1)?.state;
        isWatchBehind ||= state?.kind === 'waiting' && state.reason === 'ErrImagePull';
      }
    };
    const id = records.add();
    await worker.run(id);
    expect(end(id)).toEqual(finished);
    expect(records.textOf(id)).toEqual(['a line']);
    expect(runner.deleted).toEqual([]);
  });

  it('reports that its Job was deleted, and does not run again', async () => {
    runner.script = async (container) => {
      container.print('begun');
      await container.stopped;
    };
    const id = records.add();
    const delivery = worker.deliver(id);
    await until(() => records.textOf(id).length > 0);
    runner.vanish('proctor-test-1');
    expect(await delivery.outcome).toEqual(done);
    expect(end(id)).toMatchObject({ status: 'POD_FAILED', reason: expect.stringContaining('job vanished') });
    expect(runner.created).toHaveLength(1);
  });
});

describe('a cancel', () => {
  const printsAndWaits = async (container: { print(line: string): void; stopped: Promise<void> }) => {
    container.print('begun');
    await container.stopped;
  };
  const cancelOnceRunning = async () => {
    const id = records.add();
    const delivery = worker.deliver(id);
    await until(isRunning(id));
    records.requestCancel(id);
    worker.handler.followers.get(id)?.requestCancel();
    expect(await delivery.outcome).toEqual(done);
    return id;
  };
  const endless = async (container: { start(): void; stopped: Promise<void> }) => {
    container.start();
    await container.stopped;
  };

  it('before the launch creates no Job', async () => {
    const id = records.add({ cancelRequestedAt: new Date() });
    await worker.run(id);
    expect(end(id)).toMatchObject({ status: 'CANCELLED' });
    expect(runner.created).toEqual([]);
  });

  it('during the creation of the Job deletes that Job before it gets its Secret', async () => {
    const id = records.add();
    runner.afterCreate = () => records.requestCancel(id);
    await worker.run(id);
    expect(end(id)).toMatchObject({ status: 'CANCELLED' });
    expect([runner.created, runner.secrets, runner.deleted]).toEqual([
      ['proctor-test-1'],
      [],
      ['proctor-test-1'],
    ]);
  });

  it('cuts the wait for an unavailable cluster short', async () => {
    const id = records.add();
    runner.beforeCreate = () => {
      throw new RunnerUnavailableError('away');
    };
    const delivery = worker.deliver(id);
    await until(() => worker.handler.followers.has(id));
    await sleep(300);
    records.requestCancel(id);
    worker.handler.followers.get(id)?.requestCancel();
    expect(await delivery.outcome).toEqual(done);
    expect(end(id)).toMatchObject({ status: 'CANCELLED' });
  });

  it('of a running execution deletes the Job and keeps the log', async () => {
    runner.script = printsAndWaits;
    const id = await cancelOnceRunning();
    expect(end(id)).toEqual({ status: 'CANCELLED', exitCode: null, reason: 'cancelled' });
    expect(records.textOf(id)[0]).toBe('begun');
    expect(await runner.read('proctor-test-1')).toEqual({ job: null, pods: [] });
  });

  it.each([
    ['is soon being read waits for it', 300, ['begun']],
    ['is not being read within five seconds stops waiting', 5_500, []],
  ])(
    'of one whose log %s',
    async (_, readAfterMs, lines) => {
      runner.script = printsAndWaits;
      runner.beforeLog = () => sleep(readAfterMs);
      const id = await cancelOnceRunning();
      expect(end(id)).toMatchObject({ status: 'CANCELLED' });
      expect(records.textOf(id).filter((line) => line === 'begun')).toEqual(lines);
    },
    10_000,
  );

  it('that an earlier worker did not finish is finished', async () => {
    runner.script = endless;
    const id = records.add();
    const first = worker.deliver(id);
    await until(isRunning(id));
    first.stop('hand_over');
    await first.outcome;
    records.requestCancel(id);
    expect(await newWorker().run(id)).toEqual(done);
    expect(end(id)).toMatchObject({ status: 'CANCELLED' });
  });

  it('after the end changes nothing', async () => {
    const id = records.add();
    records.before.set('end', () => records.requestCancel(id));
    await worker.run(id);
    expect(end(id)).toEqual(finished);
  });
});

describe('other containers and finalizers', () => {
  it('an execution ends when its container has ended, and the Job with its sidecar is deleted', async () => {
    runner.script = (container) => {
      container.addSidecar();
      container.print('done');
    };
    const id = records.add();
    await worker.run(id);
    expect(end(id)).toEqual(finished);
    expect(records.textOf(id)).toEqual(['done']);
    expect(runner.deleted).toEqual(['proctor-test-1']);
    expect(await runner.read('proctor-test-1')).toEqual({ job: null, pods: [] });
  });

  it('a Job with a sidecar is deleted only after the end is recorded', async () => {
    runner.script = (container) => {
      container.addSidecar();
      container.exit(3);
    };
    const id = records.add();
    records.before.set('end', () => expect(runner.deleted).toEqual([]));
    await worker.run(id);
    expect(end(id)).toMatchObject({ status: 'POD_FAILED', exitCode: 3 });
    expect(runner.deleted).toEqual(['proctor-test-1']);
  });

  it('an attempt that a sidecar keeps alive makes way for the next one', async () => {
    const now = Date.now.bind(Date);
    runner.script = (container) => {
      if (container.attempt === 1) {
        container.addSidecar();
        container.exit(3);
        jest.spyOn(Date, 'now').mockImplementation(() => now() + 11_000);
      }
      container.print('second');
    };
    const id = records.add({ snapshot: { retries: 1 } });
    await worker.run(id);
    expect(end(id)).toEqual(finished);
    expect(runner.deletedPods).toHaveLength(1);
    expect(runner.deleted).toEqual([]);
    expect([...records.row(id).updates.values()]).toMatchObject([{ exitCode: 3 }, { exitCode: 0 }]);
  });

  it.each(['pods', 'job'] as const)(
    'a cancel ends although a finalizer is on the %s',
    async (finalizerOn) => {
      runner.finalizerOn = finalizerOn;
      runner.script = async (container) => {
        container.print('begun');
        await container.stopped;
      };
      const id = records.add({ snapshot: { retries: 1 } });
      const delivery = worker.deliver(id);
      await until(isRunning(id));
      records.requestCancel(id);
      worker.handler.followers.get(id)?.requestCancel();
      expect(await delivery.outcome).toEqual(done);
      expect(end(id)).toMatchObject({ status: 'CANCELLED' });
      const { job, pods } = await runner.read('proctor-test-1');
      expect(job !== null).toBe(finalizerOn === 'job');
      expect(pods.map(({ isBeingDeleted }) => isBeingDeleted)).toEqual(finalizerOn === 'pods' ? [true] : []);
    },
  );

  it('an execution that is given up ends although a finalizer is on its Job', async () => {
    worker = newWorker({ startLimits: { startMs: 60_000, imageMs: 100, queueMs: 60_000 } });
    runner.finalizerOn = 'job';
    runner.script = async (container) => {
      container.wait('ErrImagePull', 'no such image');
      await container.stopped;
    };
    const id = records.add();
    await worker.run(id);
    expect(end(id)).toMatchObject({ status: 'POD_CREATION_FAILED' });
    expect(runner.deletedPods).toHaveLength(1);
  });

  it('an execution whose Job was deleted by someone else ends although a finalizer is on its pod', async () => {
    runner.script = async (container) => {
      container.print('begun');
      await container.stopped;
    };
    const id = records.add({ snapshot: { retries: 1 } });
    const delivery = worker.deliver(id);
    await until(() => records.textOf(id).length > 0);
    runner.finalizerOn = 'pods';
    const { job } = await runner.read('proctor-test-1');
    await runner.deleteJob(job!);
    expect(await delivery.outcome).toEqual(done);
    expect(end(id)).toMatchObject({ status: 'POD_FAILED', reason: expect.stringContaining('job vanished') });
  });
});

describe('a disruption', () => {
  it('costs no retry', async () => {
    runner.script = (container) => (container.attempt <= 4 ? container.drain(143) : container.exit(3));
    const id = records.add({ snapshot: { retries: 1 } });
    await worker.run(id);
    expect(end(id)).toEqual({ status: 'POD_FAILED', exitCode: 3, reason: null });
    expect(records.row(id).attempts.map(({ isDisrupted }) => isDisrupted)).toEqual([
      ...Array<boolean>(4).fill(true),
      ...Array<boolean>(2).fill(false),
    ]);
  });

  it('ends an execution without retries', async () => {
    runner.script = (container) => container.drain(143);
    const id = records.add();
    await worker.run(id);
    expect(end(id)).toEqual({
      status: 'POD_FAILED',
      exitCode: 143,
      reason: 'EvictionByEvictionAPI: Eviction API: evicting',
    });
    expect(records.row(id).attempts).toHaveLength(1);
  });

  it('ends an execution at the eleventh, over any number of workers', async () => {
    let isHandedOver = false;
    runner.script = async (container) => {
      container.print(`attempt ${container.attempt}`);
      if (container.attempt === 6 && !isHandedOver) await until(() => isHandedOver);
      else await sleep(30);
      container.drain(143);
    };
    const id = records.add({ snapshot: { retries: 1 } });
    const first = worker.deliver(id);
    await until(() => records.textOf(id).includes('attempt 6'));
    first.stop('hand_over');
    await first.outcome;
    isHandedOver = true;
    await newWorker().run(id);
    expect(end(id)).toMatchObject({
      status: 'POD_FAILED',
      reason: expect.stringContaining('Kubernetes stopped 11 attempts'),
    });
    expect(runner.deleted).toEqual(['proctor-test-1']);
    expect(records.row(id).attempts.length).toBeLessThanOrEqual(12);
  });

  it.each([
    ['is complete if the kubelet has reported the end', undefined, ['a line']],
    [
      'is marked as cut if the node was lost',
      'NodeLost',
      ['a line', expect.stringContaining('lines are missing')],
    ],
  ])('that takes a pod away right after its log ended: the log %s', async (_name, lostReason, lines) => {
    runner.script = async (container) => {
      container.print('a line');
      await sleep(50);
      if (lostReason) container.fail(lostReason, 137);
      else container.drain(143);
    };
    const follow = runner.followLog.bind(runner);
    runner.followLog = async function* (...args) {
      yield* follow(...args);
      throw new LogLostError('the pod is gone', { isProbablyComplete: true });
    };
    const id = records.add();
    await worker.run(id);
    expect(end(id)).toMatchObject({ status: 'POD_FAILED' });
    expect(records.textOf(id)).toEqual(lines);
  });

  it('is noted on an attempt that ended with 0 because of it', async () => {
    runner.script = (container) => container.drain(0);
    const id = records.add();
    await worker.run(id);
    expect(end(id)).toEqual(finished);
    expect([...records.row(id).updates.values()]).toMatchObject([
      { exitCode: 0, reason: 'interrupted by Kubernetes: EvictionByEvictionAPI: Eviction API: evicting' },
    ]);
  });
});

describe('a success', () => {
  it('that an earlier worker recorded stands, although Kubernetes has failed the Job and removed the pod', async () => {
    runner.script = async (container) => {
      container.print('a line');
      await container.stopped;
    };
    const id = records.add();
    const first = worker.deliver(id);
    await until(() => records.textOf(id).length > 0);
    first.stop('hand_over');
    await first.outcome;
    Object.assign(records.row(id).attempts[0]!, { endedAt: new Date(), exitCode: 0, isLogComplete: true });
    runner.vanish('proctor-test-1');
    await newWorker().run(id);
    expect(end(id)).toEqual(finished);
  });

  it('whose log was gone with its pod is told apart', async () => {
    runner.script = (container) => container.stopped;
    const id = records.add();
    const first = worker.deliver(id);
    await until(() => records.row(id).jobUid !== null);
    first.stop('hand_over');
    await first.outcome;
    records.row(id).attempts.push({
      ...{ podUid: 'gone', podName: 'pod-1', logPosition: LOG_START, isLogComplete: false },
      ...{ endedAt: new Date(), exitCode: 0, reason: null, isDisrupted: true },
    });
    runner.vanish('proctor-test-1');
    await newWorker().run(id);
    expect(end(id)).toMatchObject({ status: 'FETCH_POD_LOG_FAILED', exitCode: 0 });
  });
});

describe('a superseded worker', () => {
  it('neither deletes the Job it has just created nor gives it a Secret', async () => {
    const id = records.add();
    records.before.set('recordJob', () => takeOver(id));
    expect(await worker.run(id)).toEqual(done);
    expect([runner.created, runner.secrets, runner.deleted]).toEqual([['proctor-test-1'], [], []]);
    expect(end(id)).toMatchObject({ status: 'RECEIVED' });
  });

  it('does not delete the Job whose image it waited for in vain', async () => {
    worker = newWorker({ startLimits: { startMs: 60_000, imageMs: 100, queueMs: 60_000 } });
    runner.script = async (container) => {
      container.wait('ErrImagePull', 'no such image');
      await container.stopped;
    };
    const id = records.add();
    const delivery = worker.deliver(id);
    await until(() => records.row(id).execution.reason !== null);
    takeOver(id);
    expect(await delivery.outcome).toEqual(done);
    expect(runner.deleted).toEqual([]);
    expect(end(id)).toMatchObject({ status: 'JOB_READY' });
  });

  it('creates no Job once its lock is lost', async () => {
    const id = records.add();
    worker.renew = async () => false;
    expect(await worker.run(id)).toEqual(done);
    expect(runner.created).toEqual([]);
  });

  it.each(['record', 'append', 'end'])('stops at a refused %s and changes nothing more', async (call) => {
    runner.script = async (container) => {
      container.print('line');
      await sleep(150);
    };
    const id = records.add();
    records.before.set(call, () => {
      records.before.clear();
      takeOver(id);
    });
    expect(await worker.run(id)).toEqual(done);
    expect(records.row(id).notifications).toBe(0);
    expect(runner.deleted).toEqual([]);
    // The next worker finishes the execution: the same Job, each line once.
    expect(await newWorker().run(id)).toEqual(done);
    expect(end(id)).toEqual(finished);
    expect(records.textOf(id)).toEqual(['line']);
    expect(runner.created).toHaveLength(1);
  });
});

describe('a worker that takes over', () => {
  it('continues the log where it was left, each line once', async () => {
    runner.script = async (container) => {
      for (let i = 1; i <= 20; i++) {
        container.print(`line ${i}`);
        await sleep(20);
      }
    };
    const id = records.add();
    const first = worker.deliver(id);
    await until(() => records.textOf(id).length >= 5);
    first.stop('hand_over');
    expect(await first.outcome).toEqual({ kind: 'hand_over' });
    expect(records.row(id).isReleased).toBe(false);
    expect(await newWorker().run(id)).toEqual(done);
    expect(records.textOf(id)).toEqual(Array.from({ length: 20 }, (_, i) => `line ${i + 1}`));
    expect([runner.created.length, end(id)]).toEqual([1, finished]);
  });

  it('starts a new line for a known pod without stored lines', async () => {
    runner.script = async (container) => {
      container.print('a line');
      await sleep(100);
    };
    const id = records.add();
    // A first claim needs no look at the log.
    records.row(id).epoch = 1;
    records.before.set('readExtent', () => {
      throw unavailable();
    });
    const first = worker.deliver(id);
    await until(() => records.row(id).attempts.length > 0);
    first.stop('hand_over');
    await first.outcome;
    records.before.clear();
    const ofAnEarlierPod = { kind: 'text', text: 'half a line', endsLine: false, stampedAt: null } as const;
    records.row(id).log.push({ seq: 1, ...ofAnEarlierPod });
    await newWorker().run(id);
    expect(records.row(id).log.map(({ text, endsLine }) => [text, endsLine])).toEqual([
      ['half a line', false],
      ['', true],
      ['a line', true],
    ]);
  });

  it('finds every line its predecessor had read stored', async () => {
    runner.script = async (container) => {
      container.print('just now');
      await container.stopped;
    };
    const id = records.add();
    let reads = 0;
    const follow = runner.followLog.bind(runner);
    runner.followLog = async function* (...args) {
      for await (const piece of follow(...args)) {
        reads++;
        yield piece;
      }
    };
    const delivery = worker.deliver(id);
    await until(() => reads === 1);
    delivery.stop('hand_over');
    expect(await delivery.outcome).toEqual({ kind: 'hand_over' });
    expect(records.textOf(id)).toEqual(['just now']);
  });

  it('adopts an unrecorded Job, and opens its gate', async () => {
    const id = records.add();
    await runner.createJob({ ...JOB_REQUEST, jobName: 'proctor-test-1', executionId: '1' });
    expect(await worker.run(id)).toEqual(done);
    expect(end(id)).toEqual(finished);
    expect([runner.created.length, runner.secrets.length]).toEqual([1, 1]);
  });

  it('gives a known Job the Secret its creator did not get to create', async () => {
    const id = records.add();
    const createSecret = runner.createSecret.bind(runner);
    runner.createSecret = async () => {
      throw new Error('the process dies here');
    };
    expect(await worker.run(id)).toMatchObject({ kind: 'retry' });
    runner.createSecret = createSecret;
    expect(await newWorker().run(id)).toEqual(done);
    expect(end(id)).toEqual(finished);
  });

  it('does not open the gate of a known Job whose secret args can no longer be decrypted', async () => {
    const id = records.add({ secretArgs: { PASSWORD: 'hunter22' } });
    const createSecret = runner.createSecret.bind(runner);
    runner.createSecret = async () => {
      throw new Error('the process dies here');
    };
    expect(await worker.run(id)).toMatchObject({ kind: 'retry' });
    runner.createSecret = createSecret;
    records.keyId = 'key-2';
    expect(await newWorker().run(id)).toEqual(done);
    expect(end(id)).toMatchObject({
      status: 'POD_CREATION_FAILED',
      reason: expect.stringContaining('PASSWORD'),
    });
    expect(runner.secrets).toEqual([]);
  });

  it('needs none of the secrets in Postgres for a Job that has its Secret', async () => {
    runner.script = async (container) => {
      container.print('begun');
      await sleep(300);
    };
    const id = records.add();
    const first = worker.deliver(id);
    await until(isRunning(id));
    first.stop('hand_over');
    await first.outcome;
    records.before.set('read', () => {
      throw new Error('another PROCTOR_SECRET_KEY');
    });
    expect(await newWorker().run(id)).toEqual(done);
    expect(end(id)).toEqual(finished);
  });

  it('releases the execution if the queue has lost its entry', async () => {
    runner.script = (container) => container.stopped;
    const id = records.add();
    const delivery = worker.deliver(id);
    await until(() => records.row(id).jobUid !== null);
    delivery.stop('lease_lost');
    expect(await delivery.outcome).toEqual(done);
    expect(records.row(id).isReleased).toBe(true);
    expect(runner.deleted).toEqual([]);
  });
});

describe('an execution that fails', () => {
  it('is retried while Postgres or the cluster is unavailable', async () => {
    const id = records.add();
    records.failure = unavailable();
    runner.isUnavailable = true;
    const delivery = worker.deliver(id);
    await sleep(150);
    records.failure = null;
    await sleep(150);
    runner.isUnavailable = false;
    expect(await delivery.outcome).toEqual(done);
    expect(end(id)).toEqual(finished);
    expect(runner.created).toHaveLength(1);
  });

  it('while Postgres is unavailable is still handed over', async () => {
    const id = records.add();
    records.failure = unavailable();
    const delivery = worker.deliver(id);
    await sleep(50);
    delivery.stop('hand_over');
    expect(await delivery.outcome).toEqual({ kind: 'hand_over' });
  });

  it('unexpectedly is delivered again after a growing delay', async () => {
    const id = records.add();
    records.before.set('read', () => {
      throw new Error('a bug');
    });
    const delays: unknown[] = [];
    for (let i = 0; i < 8; i++) delays.push(await worker.run(id));
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((s) => ({ kind: 'retry', inMs: s * 1_000 })));
  });

  it('unexpectedly mid-run stops everything this process does for it', async () => {
    runner.script = async (container) => {
      container.print('begun');
      await container.stopped;
    };
    const id = records.add();
    let openLogs = 0;
    const follow = runner.followLog.bind(runner);
    runner.followLog = async function* (...args) {
      openLogs++;
      try {
        yield* follow(...args);
      } finally {
        openLogs--;
      }
    };
    records.before.set('move', () => {
      throw new Error('a bug');
    });
    expect(await worker.run(id)).toMatchObject({ kind: 'retry' });
    expect(openLogs).toBe(0);
  });

  it('after 20 claims without progress is given up, and its Job removed', async () => {
    const id = records.add();
    records.row(id).claimsWithoutProgress = 19;
    records.before.set('read', () => {
      throw new Error('a bug');
    });
    expect(await worker.run(id)).toMatchObject({ kind: 'retry' });
    expect(await worker.run(id)).toEqual(done);
    expect(end(id)).toMatchObject({ status: 'CREATION_FAILED', reason: expect.stringContaining('given up') });

    records.before.clear();
    runner.script = (container) => container.stopped;
    const running = records.add();
    const delivery = worker.deliver(running);
    await until(() => runner.secrets.includes('proctor-test-2'));
    delivery.stop('hand_over');
    await delivery.outcome;
    records.row(running).claimsWithoutProgress = 20;
    expect(await worker.run(running)).toEqual(done);
    expect(end(running)).toMatchObject({ status: 'POD_FAILED' });
    expect(runner.deleted).toEqual(['proctor-test-2']);
  });
});

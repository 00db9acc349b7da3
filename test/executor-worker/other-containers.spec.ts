import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { BatchV1Api, CoreV1Api, KubeConfig, type V1Pod } from '@kubernetes/client-node';
import { until } from '../support/api-client.js';
import { startSystem, type System } from '../support/system.js';

const NAMESPACE = 'default';
const RETRIED = 'run-script-retried';
const FINALIZER = 'example.com/keep';
/** How soon an end must follow its cause: far less than a finalizer would hold it up, and enough on a busy machine. */
const SOON_MS = 5_000;

const sh = (script: string) => ['sh', '-c', script];
/** Ends with 143 when it is told to stop, as many sidecars do. */
const mesh = { name: 'mesh', command: sh('exec sleep 300') };

describe('an execution in a cluster that adds containers and finalizers', () => {
  let system: System;
  let batch: BatchV1Api;
  let core: CoreV1Api;

  beforeAll(async () => {
    const fast = { jobRetryBackoffMs: 50, imagePullBackoffMs: 100 };
    system = await startSystem({
      sandbox: { timing: fast },
      env: { PROCTOR_KUBE_POD_LIST_WAIT_TIME: '3' },
    });
    await system.api.registerScriptProc({ retries: 2 }, RETRIED);
    const config = new KubeConfig();
    config.loadFromFile(system.sandbox.kubeconfigPath);
    batch = config.makeApiClient(BatchV1Api);
    core = config.makeApiClient(CoreV1Api);
  }, 60_000);
  afterAll(() => system?.stop(), 60_000);
  afterEach(() => system.sandbox.faults.clear());

  const podsOf = async (jobName: string): Promise<V1Pod[]> =>
    (await core.listNamespacedPod({ namespace: NAMESPACE, labelSelector: `job-name=${jobName}` })).items;
  const isJobGone = async (name: string) =>
    (await batch.listNamespacedJob({ namespace: NAMESPACE })).items.every(
      (job) => job.metadata?.name !== name,
    );
  /** How often its own container ran. */
  const runsOf = (jobName: string) =>
    system.sandbox.history().filter((run) => run.jobName === jobName && run.container === 'proc');
  const storedLines = async (id: number) =>
    (await system.query('select 1 from execution_log where execution_id = $1', [id])).length;
  const attemptsOf = (id: number) =>
    system.query<{ exit_code: number | null; reason: string | null; is_disrupted: boolean }>(
      'select exit_code, reason, is_disrupted from execution_attempt where execution_id = $1 order by n',
      [id],
    );

  it.each<[string, object, string, object]>([
    ['a sidecar that goes on', { containers: [mesh] }, 'echo done', { status: 'FINISHED', exit_code: 0 }],
    [
      'a sidecar that goes on',
      { containers: [mesh] },
      'echo done; exit 3',
      { status: 'POD_FAILED', exit_code: 3 },
    ],
    [
      'a sidecar that failed before',
      { containers: [{ name: 'mesh', command: sh('exit 1') }] },
      'sleep 0.3; echo done',
      { status: 'FINISHED', exit_code: 0 },
    ],
    [
      'a native sidecar',
      { initContainers: [{ ...mesh, restartPolicy: 'Always' }] },
      'echo done',
      { status: 'FINISHED', exit_code: 0 },
    ],
    [
      'a sidecar whose image cannot be pulled',
      { containers: [{ ...mesh, image: 'proctor/there-is-no-such-image:1' }] },
      'echo done',
      { status: 'FINISHED', exit_code: 0 },
    ],
  ])(
    'ends as its own container does, with %s',
    async (_name, injection, script, expected) => {
      for (const proc of [undefined, RETRIED]) {
        system.sandbox.faults.injectContainers(injection);
        const { id, name } = await system.api.run(script, proc);
        const isFailure = (expected as { exit_code: number }).exit_code !== 0;
        // Whether a worker saw it run or not.
        expect(await system.api.end(id, 60_000)).toMatchObject({
          ...expected,
          started_at: expect.any(String),
        });
        expect(await system.api.log(id)).toContain('done\n');
        expect(runsOf(name)).toHaveLength(proc === RETRIED && isFailure ? 3 : 1);
        await until(
          async () => (await podsOf(name)).every(({ status }) => status?.phase !== 'Running'),
          10_000,
        );
      }
    },
    120_000,
  );

  it('whose sidecar goes on ends within two seconds, and its Job is deleted', async () => {
    system.sandbox.faults.injectContainers({
      containers: [{ ...mesh, command: sh('trap "" TERM; sleep 300') }],
    });
    const { id, name } = await system.api.run('echo done');
    await until(() => runsOf(name).some(({ endedAt }) => endedAt !== null), 30_000);
    const endedAtMs = Date.now();
    expect(await system.api.end(id, 30_000)).toMatchObject({ status: 'FINISHED' });
    expect(Date.now() - endedAtMs).toBeLessThan(SOON_MS);
    await until(() => isJobGone(name), 10_000);
  }, 60_000);

  it('names the init container that failed, and is not retried', async () => {
    system.sandbox.faults.injectContainers({
      initContainers: [{ name: 'setup', command: sh('echo no; exit 4') }],
    });
    const { id, name } = await system.api.run('echo done', RETRIED);
    expect(await system.api.end(id, 60_000)).toMatchObject({
      status: 'POD_FAILED',
      reason: 'InitContainerFailed: setup exited with code 4; only failures of the proc itself are retried',
    });
    expect(await podsOf(name)).toHaveLength(1);
    expect(runsOf(name)).toEqual([]);
  }, 90_000);

  it('names the init container whose image cannot be pulled, at once and after the limit of images', async () => {
    system.sandbox.faults.injectContainers({
      initContainers: [{ name: 'setup', image: 'proctor/there-is-no-such-image:1' }],
    });
    const { id } = await system.api.run('echo done');
    const submittedAtMs = Date.now();
    const shown = /^(ErrImagePull|ImagePullBackOff): init container setup: /;
    await until(async () => shown.test((await system.api.status(id)).reason ?? ''), 10_000);
    expect(Date.now() - submittedAtMs).toBeLessThan(SOON_MS);
    expect(await system.api.end(id, 60_000)).toMatchObject({
      status: 'POD_CREATION_FAILED',
      reason: expect.stringMatching(/init container setup: .*\(after 3 s\)$/),
    });
  }, 90_000);

  it.each(['pods', 'jobs'] as const)(
    'is cancelled soon although a finalizer keeps its %s',
    async (resource) => {
      system.sandbox.faults.setFinalizer(resource, FINALIZER);
      for (const proc of [undefined, RETRIED]) {
        const { id, name } = await system.api.run('echo begun; exec sleep 300', proc);
        await system.api.waitForStatus(id, 'POD_READY');
        const cancelledAtMs = Date.now();
        expect((await system.api.cancel(id)).status).toBe(200);
        expect(await system.api.end(id, 30_000)).toMatchObject({ status: 'CANCELLED' });
        expect(Date.now() - cancelledAtMs).toBeLessThan(SOON_MS);
        expect(runsOf(name)).toMatchObject([{ killed: true, endedAt: expect.anything() }]);
        const kept =
          resource === 'jobs'
            ? (await batch.readNamespacedJob({ namespace: NAMESPACE, name })).metadata
            : (await podsOf(name))[0]?.metadata;
        expect(kept?.finalizers).toContain(FINALIZER);
      }
    },
    90_000,
  );

  it('that never starts is given up although a finalizer keeps its Job', async () => {
    system.sandbox.faults.setFinalizer('jobs', FINALIZER);
    system.sandbox.faults.injectContainers({
      initContainers: [{ name: 'setup', image: 'proctor/there-is-no-such-image:1' }],
    });
    const { id, name } = await system.api.run('echo done');
    expect(await system.api.end(id, 60_000)).toMatchObject({ status: 'POD_CREATION_FAILED' });
    await until(async () => (await podsOf(name)).length === 0, 10_000);
  }, 90_000);

  it('runs again after a drain only with retries, which the drain does not cost', async () => {
    const script = 'echo begun; exec sleep 300';
    const once = await system.api.run(script);
    const retried = await system.api.run(script, RETRIED);
    for (let drain = 1; drain <= 4; drain++) {
      await until(
        () =>
          runsOf(retried.name).filter(({ endedAt }) => endedAt === null).length === 1 &&
          runsOf(retried.name).length === drain,
        30_000,
      );
      if (drain === 1) await system.api.waitForStatus(once.id, 'POD_READY');
      const [pod] = (await podsOf(retried.name)).filter(({ status }) => status?.phase === 'Running');
      system.sandbox.faults.evictPods(pod?.metadata?.name);
      if (drain === 1) system.sandbox.faults.evictPods();
    }
    expect(await system.api.end(once.id, 60_000)).toMatchObject({
      status: 'POD_FAILED',
      reason: 'EvictionByEvictionAPI: Eviction API: evicting',
    });
    expect(runsOf(once.name)).toHaveLength(1);
    await until(() => runsOf(retried.name).length === 5, 30_000);
    expect((await attemptsOf(retried.id)).filter((attempt) => attempt.is_disrupted)).toHaveLength(4);
    expect((await system.api.cancel(retried.id)).status).toBe(200);
    expect(await system.api.end(retried.id, 60_000)).toMatchObject({ status: 'CANCELLED' });
  }, 120_000);

  it('that ends with 0 because of a drain has finished, and its attempt says that it was interrupted', async () => {
    const { id } = await system.api.run('trap "exit 0" TERM; echo begun; while :; do sleep 0.1; done');
    await system.api.waitForStatus(id, 'POD_READY');
    await until(async () => (await storedLines(id)) > 0, 20_000);
    system.sandbox.faults.evictPods();
    expect(await system.api.end(id, 60_000)).toMatchObject({ status: 'FINISHED', exit_code: 0 });
    expect(await attemptsOf(id)).toEqual([
      {
        exit_code: 0,
        reason: 'interrupted by Kubernetes: EvictionByEvictionAPI: Eviction API: evicting',
        is_disrupted: true,
      },
    ]);
  }, 90_000);
});

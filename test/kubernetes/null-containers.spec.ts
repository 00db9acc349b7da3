import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { BatchV1Api, CoreV1Api, KubeConfig, type V1EnvVar } from '@kubernetes/client-node';
import { type KubeSandbox, startKubeSandbox } from '@app/kube-sandbox';
import { tempDir } from '../support/servers.js';

const namespace = 'default';
const dir = tempDir();
let sandbox: KubeSandbox;
let batch: BatchV1Api;
let core: CoreV1Api;

beforeAll(async () => {
  sandbox = await startKubeSandbox({
    dataDir: join(dir.path, 'kube'),
    procsDir: join(dir.path, 'no-procs'),
    nullContainers: { lineBytes: 12 },
  });
  const config = new KubeConfig();
  config.loadFromFile(sandbox.kubeconfigPath);
  batch = config.makeApiClient(BatchV1Api);
  core = config.makeApiClient(CoreV1Api);
});
afterAll(async () => {
  await sandbox.close();
  dir.remove();
});

async function createJob(name: string, env: Record<string, string> = {}) {
  const variables = Object.entries(env).map(([key, value]): V1EnvVar => ({ name: key, value }));
  const container = { name: 'main', image: 'any/image:1', env: variables };
  const template = { spec: { restartPolicy: 'Never', containers: [container] } };
  await batch.createNamespacedJob({
    namespace,
    body: { metadata: { name }, spec: { backoffLimit: 0, template } },
  });
}

async function untilPhase(jobName: string, phase: string) {
  for (;;) {
    const { items } = await core.listNamespacedPod({ namespace, labelSelector: `job-name=${jobName}` });
    const pod = items.find(({ status }) => status?.phase === phase);
    if (pod) return pod;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('a sandbox with null containers', () => {
  it('ends each at once, with a log, and starts no process', async () => {
    await createJob('at-once');
    const pod = await untilPhase('at-once', 'Succeeded');
    const log = await core.readNamespacedPodLog({ namespace, name: pod.metadata!.name! });
    expect(log).toBe('line 1 .....\n');
    expect(sandbox.history()).toMatchObject([{ jobName: 'at-once', pid: 0, exitCode: 0, killed: false }]);
    expect(sandbox.requests()).toMatchObject({ requests: { 'create jobs': 1, 'get log': 1 } });
  });

  it('lets the environment of a container say what it does', async () => {
    await createJob('told', { NULL_LOG_LINES: '2500', NULL_LINE_BYTES: '9', NULL_EXIT_CODE: '3' });
    const pod = await untilPhase('told', 'Failed');
    const name = pod.metadata!.name!;
    expect(pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(3);
    const log = await core.readNamespacedPodLog({ namespace, name });
    expect(log).toBe(
      Array.from({ length: 2500 }, (_, n) => `line ${n + 1} ....`.slice(0, 9) + '\n').join(''),
    );
    const tail = await core.readNamespacedPodLog({ namespace, name, tailLines: 1, timestamps: true });
    expect(tail).toMatch(/^\S+\.\d{3}002499Z line 2500\n$/);
  });

  it('refuses to start one whose environment makes no sense', async () => {
    await createJob('senseless', { NULL_RUN_MS: '1s' });
    const pod = await untilPhase('senseless', 'Failed');
    expect(pod.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
      ...{ reason: 'StartError', exitCode: 128 },
      message: 'NULL_RUN_MS must be a whole number from 0 to 999999999, not "1s"',
    });
  });

  it('stops one that is deleted, and ends the log of a reader that follows it', async () => {
    await createJob('deleted', { NULL_RUN_MS: '600000' });
    const pod = await untilPhase('deleted', 'Running');
    const name = pod.metadata!.name!;
    const followed = core.readNamespacedPodLog({ namespace, name, follow: true });
    await core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 5 });
    expect(await followed).toBe('line 1 .....\n');
    const run = sandbox.history().find(({ podName }) => podName === name);
    expect(run).toMatchObject({ exitCode: 143, killed: true });
  });
});

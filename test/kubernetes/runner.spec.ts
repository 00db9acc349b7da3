import { once, setMaxListeners } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { DEFAULT_POD_SETTINGS, LOG_START } from '@app/domain';
import { type KubeSandbox, type SandboxOptions, startKubeSandbox } from '@app/kube-sandbox';
import {
  createKubernetesRunner,
  type JobRequest,
  type Runner,
  RunnerRefusedForNowError,
  RunnerUnavailableError,
} from '@app/runner';
import { describeRunner } from '../../libs/runner/src/testing/index.js';

const IMAGE = 'proctor/run-script:1';
const NAMESPACE = 'procs';
const PATIENCE_MS = 60_000;
const TEST_NAMESPACE = process.env['PROCTOR_TEST_NAMESPACE'] ?? 'default';

async function startSandbox({ timing, ...options }: Partial<SandboxOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'proctor-runner-'));
  const image = join(folder, 'procs', 'run-script');
  mkdirSync(image, { recursive: true });
  writeFileSync(join(image, 'Dockerfile'), 'FROM busybox\nENTRYPOINT ["sh", "-c", "eval \\"$SCRIPT\\""]\n');
  const fast = { imagePullBackoffMs: 100, jobRetryBackoffMs: 50, shutdownGraceMs: 100, ...timing };
  const start = (port = 0) =>
    startKubeSandbox({
      dataDir: join(folder, 'data'),
      procsDir: join(folder, 'procs'),
      namespaces: [NAMESPACE],
      ...options,
      timing: fast,
      port,
    });
  let sandbox = await start();
  return {
    sandbox,
    /** Ends everything that runs, as a node shutdown does. */
    restart: async (awayMs: number) => {
      await sandbox.close();
      await sleep(awayMs);
      return (sandbox = await start(Number(new URL(sandbox.url).port)));
    },
    close: async () => {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const runnerFor = (kubeconfigPath: string, requestTimeoutMs = 5000) =>
  createKubernetesRunner({
    cluster: { mode: 'out-of-cluster', kubeconfigPath, http2: true },
    namespace: NAMESPACE,
    installationId: 'test',
    requestTimeoutMs,
  });

/** Evicts a pod as `kubectl drain` does. */
async function evict(kubeconfigPath: string, namespace: string, name: string): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
  await config.makeApiClient(CoreV1Api).createNamespacedPodEviction({ name, namespace, body });
}

for (const version of ['h2', 'http/1.1'] as const) {
  describeRunner(`KubernetesRunner on the sandbox over ${version}`, async () => {
    const { sandbox, close } = await startSandbox({
      // The drain's client speaks HTTP/1.1 in any case.
      versions: version === 'h2' ? ['h2', 'http/1.1'] : ['http/1.1'],
    });
    const refuse = async (kind: 'jobs' | 'pods') => {
      sandbox.faults.setQuota({ [kind]: 0 });
      return async () => sandbox.faults.setQuota(null);
    };
    const command = ['sh', '-c', 'exec sleep 600'];
    return {
      runner: runnerFor(sandbox.kubeconfigPath),
      image: IMAGE,
      refuse,
      close,
      drain: (podName) => evict(sandbox.kubeconfigPath, NAMESPACE, podName),
      injectSidecar: (isOn) =>
        sandbox.faults.injectContainers(isOn ? { containers: [{ name: 'mesh', command }] } : null),
    };
  });
}

const kubeconfigPath = process.env['PROCTOR_TEST_KUBECONFIG'];
const image = process.env['PROCTOR_TEST_IMAGE'];
// The image must have the same entrypoint as the sandbox's: `ENTRYPOINT ["sh", "-c", "eval \"$SCRIPT\""]`.
if (kubeconfigPath && image) {
  describeRunner('KubernetesRunner on a real cluster', async () => ({
    runner: createKubernetesRunner({
      cluster: { mode: 'out-of-cluster', kubeconfigPath, http2: true },
      namespace: TEST_NAMESPACE,
      installationId: 'runner-conformance',
    }),
    image,
    drain: (podName) => evict(kubeconfigPath, TEST_NAMESPACE, podName),
    refuse: (kind) => fillQuota(kubeconfigPath, kind),
  }));
}

/** Needs a kubeconfig that may create ResourceQuotas. */
async function fillQuota(path: string, kind: 'jobs' | 'pods'): Promise<() => Promise<void>> {
  const config = new KubeConfig();
  config.loadFromFile(path);
  const core = config.makeApiClient(CoreV1Api);
  const at = { namespace: TEST_NAMESPACE, name: `proctor-conformance-${kind}` };
  const hard = { [kind === 'jobs' ? 'count/jobs.batch' : 'pods']: '0' };
  await core.createNamespacedResourceQuota({ ...at, body: { metadata: { name: at.name }, spec: { hard } } });
  while (!(await core.readNamespacedResourceQuota(at)).status?.hard) await sleep(100);
  return async () => void (await core.deleteNamespacedResourceQuota(at));
}

describe('KubernetesRunner on a failing cluster', () => {
  let sandbox: KubeSandbox;
  let restartSandbox: (awayMs: number) => Promise<KubeSandbox>;
  let closeSandbox: () => Promise<void>;
  let runner: Runner;
  let count = 0;

  beforeAll(async () => {
    ({
      sandbox,
      restart: restartSandbox,
      close: closeSandbox,
    } = await startSandbox({
      timing: { stderrStampLagMs: 700 },
      limits: { logFileBytes: 20_000, logRotationCheckMs: 0 },
    }));
    runner = runnerFor(sandbox.kubeconfigPath, 2_000);
    await runner.start();
  }, PATIENCE_MS);
  afterAll(async () => {
    sandbox.faults.clear();
    await runner.close();
    await closeSandbox();
  }, PATIENCE_MS);

  const requestFor = (script: string): JobRequest => ({
    jobName: `proctor-test-${++count}`,
    executionId: String(count),
    procName: 'run-script',
    team: '',
    user: '',
    image: IMAGE,
    args: { SCRIPT: script },
    context: {},
    timeoutSeconds: 120,
    retries: 0,
    pod: DEFAULT_POD_SETTINGS,
  });

  async function launch(script: string) {
    const request = requestFor(script);
    const outcome = await runner.createJob(request);
    if (outcome.kind !== 'created') throw new Error(JSON.stringify(outcome));
    const job = { jobName: request.jobName, jobUid: outcome.jobUid };
    await runner.createSecret(job, {});
    for await (const { pods } of runner.observe(job.jobName, AbortSignal.timeout(PATIENCE_MS))) {
      const pod = pods[0];
      if (pod && pod.state.kind !== 'waiting') return { job, pod };
    }
    throw new Error('no pod started');
  }

  async function untilFinished(jobName: string) {
    for await (const { job } of runner.observe(jobName, AbortSignal.timeout(PATIENCE_MS))) {
      if (job?.finished) return job.finished;
    }
    throw new Error(`${jobName} never finished`);
  }

  async function untilConnected() {
    const giveUpAt = Date.now() + 20_000;
    while (!runner.isConnected()) {
      if (Date.now() > giveUpAt) throw new Error('the watches never reconnected');
      await sleep(20);
    }
  }

  it('tries a Job without creating it, and returns what the API server says', async () => {
    const { faults } = sandbox;
    const request = requestFor('true');
    const policy = { name: 'a.example.com', resource: 'jobs' } as const;
    const trials: [change: () => void, outcome: string, message: RegExp, warnings: RegExp[]][] = [
      [() => undefined, 'accepted', /^$/, []],
      [
        () => faults.enforcePodSecurity('restricted'),
        'accepted',
        /^$/,
        [/^would violate PodSecurity "restr/],
      ],
      [
        () => faults.addWebhook({ ...policy, effect: { kind: 'deny', message: 'no team' } }),
        'refused',
        /denied the request: no team$/,
        [],
      ],
      [() => faults.addWebhook({ ...policy, effect: { kind: 'down' } }), 'unanswered', /failed calling/, []],
      [
        () => faults.addWebhook({ ...policy, effect: { kind: 'down' }, refusesDryRun: true }),
        'unanswered',
        /does not support dry run/,
        [],
      ],
    ];
    for (const [change, outcome, message, warnings] of trials) {
      change();
      expect(await runner.tryJob(request)).toEqual({
        manifest: expect.objectContaining({ kind: 'Job' }),
        outcome,
        message: expect.stringMatching(message),
        warnings: warnings.map((text) => expect.stringMatching(text)),
      });
    }
    faults.clear();
    const invalid = await runner.tryJob({ ...request, jobName: 'Not_A_Name' });
    expect(invalid).toMatchObject({ outcome: 'refused', message: expect.stringContaining('Invalid value') });
    expect((await runner.read(request.jobName)).job).toBeNull();
  });

  it(
    'counts a webhook that hangs as a refusal, because reads are answered',
    async () => {
      const webhook = { name: 'a.example.com', effect: { kind: 'hang' } } as const;
      sandbox.faults.addWebhook({ ...webhook, resource: 'jobs' });
      const request = requestFor('true');
      const refusal = await runner.createJob(request).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(RunnerRefusedForNowError);
      expect((refusal as Error).message).toMatch(/no response within 2000 ms, but it answers reads/);
      sandbox.faults.addWebhook({ ...webhook, resource: 'secrets' });
      const outcome = await runner.createJob(request);
      if (outcome.kind !== 'created') throw new Error(JSON.stringify(outcome));
      const job = { jobName: request.jobName, jobUid: outcome.jobUid };
      await expect(runner.createSecret(job, {})).rejects.toBeInstanceOf(RunnerRefusedForNowError);
      sandbox.faults.clear();
      expect(await runner.createSecret(job, {})).toMatchObject({ kind: 'created' });
    },
    PATIENCE_MS,
  );

  it(
    'returns each line once across dropped log streams, with timestamps that go back',
    async () => {
      sandbox.faults.cutLogsAfter(3000, 3);
      const { pod } = await launch(
        'n=0; while [ $n -lt 200 ]; do n=$((n+1)); if [ $((n % 3)) = 0 ]; then echo line $n >&2; else echo line $n; fi; [ $((n % 20)) = 0 ] && sleep 0.2; done; true',
      );
      const seen: string[] = [];
      for await (const piece of runner.followLog(pod, LOG_START, AbortSignal.timeout(PATIENCE_MS))) {
        seen.push(piece.kind === 'gap' ? 'gap' : piece.text);
        if (seen.length % 50 === 25) sandbox.faults.cutLogs();
      }
      const numberOf = (line: string) => Number(line.split(' ')[1]);
      expect([...seen].sort((a, b) => numberOf(a) - numberOf(b))).toEqual(
        Array.from({ length: 200 }, (_, n) => `line ${n + 1}`),
      );
    },
    PATIENCE_MS,
  );

  it(
    'sees a run end despite dropped and expired watches',
    async () => {
      const { job } = await launch('sleep 2');
      sandbox.faults.expireWatches(2);
      expect(sandbox.faults.dropWatches()).toBeGreaterThan(0);
      expect(await untilFinished(job.jobName)).toMatchObject({ succeeded: true });
    },
    PATIENCE_MS,
  );

  it(
    'sees a run end although lists and watches fail for a while',
    async () => {
      const { job } = await launch('sleep 1');
      for (const verb of ['list', 'watch'] as const) {
        sandbox.faults.failRequests({ verb, effect: { kind: 'status', code: 500 }, count: 2 });
      }
      sandbox.faults.dropWatches();
      expect(await untilFinished(job.jobName)).toMatchObject({ succeeded: true });
      await untilConnected();
    },
    PATIENCE_MS,
  );

  it(
    'reports the runner as unavailable when the API is busy, failing, disconnected or silent',
    async () => {
      for (const effect of [
        { kind: 'status', code: 429 },
        { kind: 'status', code: 503 },
        { kind: 'reset' },
        { kind: 'hang' },
      ] as const) {
        sandbox.faults.failRequests({ verb: 'create', resource: 'jobs', effect });
        await expect(runner.createJob(requestFor('true'))).rejects.toBeInstanceOf(RunnerUnavailableError);
        sandbox.faults.clear();
      }
    },
    PATIENCE_MS,
  );

  it(
    'finds a Job whose create response was lost',
    async () => {
      const request = requestFor('true');
      sandbox.faults.failRequests({
        verb: 'create',
        resource: 'jobs',
        when: 'after',
        effect: { kind: 'hang' },
      });
      await expect(runner.createJob(request)).rejects.toBeInstanceOf(RunnerUnavailableError);
      sandbox.faults.clear();
      expect(await runner.createJob(request)).toMatchObject({ kind: 'exists', ours: true });
    },
    PATIENCE_MS,
  );

  it(
    'creates a Job although connecting takes longer than the request timeout',
    async () => {
      // Like an API server short of CPU: open connections are served, new ones wait.
      let target = 0;
      const proxy = createServer((client) => {
        const server = connect(target, '127.0.0.1');
        for (const socket of [client, server]) {
          socket.on('error', () => undefined);
          socket.on('close', () => [client, server].forEach((each) => each.destroy()));
        }
        client.pause();
        setTimeout(() => client.pipe(server).pipe(client), 4_000);
      });
      await once(proxy.listen(0, '127.0.0.1'), 'listening');
      const { port } = proxy.address() as AddressInfo;
      const remote = await startSandbox({ proxyPorts: [port] });
      target = Number(new URL(remote.sandbox.url).port);
      const { kubeconfigPath } = remote.sandbox;
      const throughProxy = `${kubeconfigPath}-proxy`;
      const kubeconfig = readFileSync(kubeconfigPath, 'utf8').replaceAll(`:${target}`, `:${port}`);
      writeFileSync(throughProxy, kubeconfig, { mode: 0o600 });
      const impatient = runnerFor(throughProxy, 2_000);
      try {
        await expect(impatient.createJob(requestFor('true'))).rejects.toBeInstanceOf(RunnerUnavailableError);
        await impatient.connect();
        expect(await impatient.createJob(requestFor('true'))).toMatchObject({ kind: 'created' });
      } finally {
        await impatient.close();
        proxy.close();
        await remote.close();
      }
    },
    PATIENCE_MS,
  );

  it(
    'creates a Job on a server that closes each connection after its response',
    async () => {
      const server = http.createServer((request, response) => {
        request.resume();
        const body = request.method === 'POST' ? { metadata: { uid: 'its-uid' } } : {};
        response.writeHead(200, { connection: 'close' }).end(JSON.stringify(body));
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const folder = mkdtempSync(join(tmpdir(), 'proctor-runner-'));
      const { port } = server.address() as AddressInfo;
      const config = {
        clusters: [
          { name: 'it', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
        ],
        users: [{ name: 'me', user: {} }],
        contexts: [{ name: 'it', context: { cluster: 'it', user: 'me' } }],
        'current-context': 'it',
      };
      writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(config));
      const closing = runnerFor(join(folder, 'kubeconfig'));
      try {
        await closing.connect();
        const outcome = await closing.createJob(requestFor('true'));
        expect(outcome).toEqual({ kind: 'created', jobUid: 'its-uid' });
      } finally {
        await closing.close();
        server.close();
        rmSync(folder, { recursive: true });
      }
    },
    PATIENCE_MS,
  );

  it(
    'reports an OOM-killed container',
    async () => {
      const { job } = await launch('sleep 60');
      sandbox.faults.killPods('OOMKilled');
      await untilFinished(job.jobName);
      const [pod] = (await runner.read(job.jobName)).pods;
      expect(pod?.state).toMatchObject({ kind: 'failed', reason: 'OOMKilled', exitCode: 137 });
    },
    PATIENCE_MS,
  );

  it(
    'supports thousands of readers waiting for their runs',
    async () => {
      const { job } = await launch('sleep 1');
      const reading = new AbortController();
      setMaxListeners(0, reading.signal);
      const others = Array.from({ length: 3000 }, async (_, n) => {
        let states = 0;
        for await (const { job } of runner.observe(`none-${n}`, reading.signal)) states += job ? 1000 : 1;
        return states;
      });
      await untilFinished(job.jobName);
      reading.abort();
      expect(new Set(await Promise.all(others))).toEqual(new Set([1]));
    },
    PATIENCE_MS,
  );

  it(
    'marks a gap where the log was rotated away unread, and repeats nothing',
    async () => {
      const script =
        'n=0; while [ $n -lt 3000 ]; do n=$((n+1)); echo line $n; [ $n = 20 ] && sleep 3; done; true';
      const { job, pod } = await launch(script);
      const before: string[] = [];
      let position = LOG_START;
      for await (const piece of runner.followLog(pod, LOG_START, AbortSignal.timeout(PATIENCE_MS))) {
        if (piece.kind === 'text') before.push(piece.text);
        position = piece.position;
        if (before.length === 10) break;
      }
      await untilFinished(job.jobName);
      const after: string[] = [];
      for await (const piece of runner.followLog(pod, position, AbortSignal.timeout(PATIENCE_MS))) {
        after.push(piece.kind === 'gap' ? 'gap' : piece.text);
      }
      expect(after[0]).toBe('gap');
      expect(after.at(-1)).toBe('line 3000');
      expect(after.filter((text) => text === 'gap' || before.includes(text))).toEqual(['gap']);
    },
    PATIENCE_MS,
  );

  it(
    'recovers after the cluster was away, and sees how its runs ended',
    async () => {
      const { job } = await launch('sleep 60');
      sandbox = await restartSandbox(1500);
      expect(await untilFinished(job.jobName)).toMatchObject({ succeeded: false });
      const [pod] = (await runner.read(job.jobName)).pods;
      expect(pod?.state).toMatchObject({ kind: 'failed', reason: 'Terminated' });
      await untilConnected();
      const next = await launch('true');
      expect(await untilFinished(next.job.jobName)).toMatchObject({ succeeded: true });
    },
    PATIENCE_MS,
  );
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { constants, createSecureServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DEFAULT_POD_SETTINGS, LOG_START } from '@app/domain';
import { type KubeSandbox, type SandboxOptions, startKubeSandbox } from '@app/kube-sandbox';
import { createKubernetesRunner, type JobRequest, type Runner } from '@app/runner';
import { tempDir } from '../support/servers.js';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(
  options: Partial<SandboxOptions> = {},
): Promise<{ sandbox: KubeSandbox; runner: Runner }> {
  const dir = tempDir();
  cleanUps.push(() => dir.remove());
  const sandbox = await startKubeSandbox({
    ...{ dataDir: join(dir.path, 'kube'), procsDir: dir.path, nullContainers: {} },
    ...options,
  });
  cleanUps.push(() => sandbox.close());
  return { sandbox, runner: await runnerFor(sandbox.kubeconfigPath) };
}

async function runnerFor(kubeconfigPath: string): Promise<Runner> {
  const runner = createKubernetesRunner({
    cluster: { mode: 'out-of-cluster', kubeconfigPath, http2: true },
    ...{ namespace: 'default', installationId: 'test', requestTimeoutMs: 5_000 },
  });
  cleanUps.push(() => runner.close());
  await runner.start();
  return runner;
}

const requestFor = (name: string, args: Record<string, string> = {}): JobRequest => ({
  ...{ jobName: name, executionId: name, procName: 'p', team: '', user: '', image: 'any:1', args },
  ...{ context: {}, timeoutSeconds: 300, retries: 0, pod: DEFAULT_POD_SETTINGS },
});

async function create(runner: Runner, name: string, args: Record<string, string> = {}) {
  await runner.connect();
  const created = await runner.createJob(requestFor(name, args));
  if (created.kind !== 'created') throw new Error(JSON.stringify(created));
  const job = { jobName: name, jobUid: created.jobUid };
  await runner.createSecret(job, {});
  return job;
}

async function untilPod(runner: Runner, jobName: string, isWanted: (kind: string) => boolean) {
  for await (const { pods } of runner.observe(jobName, AbortSignal.timeout(20_000))) {
    const pod = pods.find(({ state }) => isWanted(state.kind));
    if (pod) return pod;
  }
  throw new Error(`the pod of ${jobName} was not seen`);
}

async function readLog(runner: Runner, jobName: string, onLine: (count: number) => void = () => {}) {
  const pod = await untilPod(runner, jobName, (kind) => kind !== 'waiting');
  const lines: string[] = [];
  for await (const piece of runner.followLog(pod, LOG_START, AbortSignal.timeout(30_000))) {
    if (piece.kind === 'gap') throw new Error(piece.reason);
    lines.push(piece.text);
    onLine(lines.length);
  }
  return lines.map((line) => Number(/^line (\d+) /.exec(line)?.[1]));
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

describe('KubernetesRunner over HTTP/2', () => {
  it('needs one connection for creates and watches, and one for logs', async () => {
    const { sandbox, runner } = await start();
    const logs = await Promise.all(
      upTo(20).map(async (n) => {
        await create(runner, `few-${n}`);
        return await readLog(runner, `few-${n}`);
      }),
    );
    expect(logs).toEqual(upTo(20).map(() => [1]));
    expect(sandbox.requests()).toMatchObject({ connections: 2, requests: { 'create jobs': 20 } });
  });

  it.each([1, 2, 100])('works with a peer that allows %d streams on a connection', async (streams) => {
    const { sandbox, runner } = await start({ maxConcurrentStreams: streams });
    const args = { NULL_RUN_MS: '400', NULL_LOG_LINES: '50' };
    const logs = await Promise.all(
      upTo(12).map(async (n) => {
        await create(runner, `streams-${n}`, args);
        return await readLog(runner, `streams-${n}`);
      }),
    );
    expect(logs).toEqual(upTo(12).map(() => upTo(50)));
    expect(runner.isConnected()).toBe(true);
    if (streams === 100) expect(sandbox.requests().connections).toBe(2);
  });

  it('reads a log once and without follow if its container has ended', async () => {
    const { sandbox, runner } = await start();
    await create(runner, 'ended');
    await untilPod(runner, 'ended', (kind) => kind === 'succeeded');
    expect(await readLog(runner, 'ended')).toEqual([1]);
    expect(sandbox.requests().requests['get log']).toBe(1);
  });

  it('loses and repeats nothing when GOAWAYs come in the middle of watches, logs and creates', async () => {
    const { sandbox, runner } = await start();
    await create(runner, 'long', { NULL_RUN_MS: '1500', NULL_LOG_LINES: '3000' });
    let hasBegun = () => {};
    const begun = new Promise<void>((resolve) => (hasBegun = resolve));
    const log = readLog(runner, 'long', hasBegun);
    await begun;
    const others = upTo(15).map(async (n) => {
      if (n % 3 === 0) expect(sandbox.faults.sendGoAway()).toBeGreaterThan(0);
      await create(runner, `others-${n}`);
      return await readLog(runner, `others-${n}`);
    });
    expect(await Promise.all(others)).toEqual(upTo(15).map(() => [1]));
    expect(await log).toEqual(upTo(3000));
    expect(sandbox.history()).toHaveLength(16);
    expect(new Set(sandbox.history().map(({ jobName }) => jobName)).size).toBe(16);
  });

  it('creates while a reader takes nothing of a long log', async () => {
    const { runner } = await start();
    await create(runner, 'unread', { NULL_LOG_LINES: '40000', NULL_LINE_BYTES: '200' });
    const pod = await untilPod(runner, 'unread', (kind) => kind === 'succeeded');
    const unread = runner.followLog(pod, LOG_START, AbortSignal.timeout(30_000))[Symbol.asyncIterator]();
    await unread.next();
    for (const n of upTo(10)) {
      await create(runner, `beside-${n}`, { NULL_LOG_LINES: '500' });
      expect(await readLog(runner, `beside-${n}`)).toEqual(upTo(500));
    }
    await unread.return?.();
  });

  it('waits as a 429 says, creates fewer at a time, and each Job once', async () => {
    const { sandbox, runner } = await start();
    await create(runner, 'warm');
    const effect = { kind: 'status', code: 429, retryAfterSeconds: 1 } as const;
    sandbox.faults.failRequests({ verb: 'create', resource: 'jobs', count: 10, effect });
    const startedAtMs = performance.now();
    let refusals = 0;
    const untilCreated = async (name: string) => {
      for (;;) {
        try {
          return await runner.inTurn(() => runner.createJob(requestFor(name)));
        } catch (error) {
          expect(error).toMatchObject({ name: 'RunnerUnavailableError' });
          refusals += 1;
        }
      }
    };
    const created = await Promise.all(upTo(100).map((n) => untilCreated(`burst-${n}`)));
    expect(new Set(created.map(({ kind }) => kind))).toEqual(new Set(['created']));
    expect(refusals).toBe(10);
    expect(performance.now() - startedAtMs).toBeGreaterThan(950);
    expect(sandbox.requests().requests['create jobs']).toBe(111);
  });
});

/** A peer of HTTP/2 that does with each create what the test says. */
async function startPeer(
  onCreate: (stream: ServerHttp2Stream, session: ServerHttp2Session, n: number) => void,
) {
  const { sandbox } = await start();
  const dir = join(sandbox.kubeconfigPath, '..');
  const { keyPem, certificatePem } = JSON.parse(readFileSync(join(dir, 'certificate.json'), 'utf8')) as {
    keyPem: string;
    certificatePem: string;
  };
  const server = createSecureServer({ key: keyPem, cert: certificatePem });
  const sessions = new Set<ServerHttp2Session>();
  let creates = 0;
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    if (headers[':method'] === 'POST') onCreate(stream, stream.session as ServerHttp2Session, (creates += 1));
    else if (String(headers[':path']).includes('watch=')) stream.respond({ ':status': 200 });
    else {
      stream.respond({ ':status': 200 });
      stream.end(JSON.stringify({ metadata: { resourceVersion: '1' }, items: [] }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const kubeconfig = readFileSync(sandbox.kubeconfigPath, 'utf8');
  const path = join(dir, 'peer-kubeconfig');
  const port = String((server.address() as AddressInfo).port);
  writeFileSync(path, kubeconfig.replaceAll(new URL(sandbox.url).port, port), { mode: 0o600 });
  const runner = await runnerFor(path);
  await runner.connect();
  const streamWindows = () => [...sessions].map(({ remoteSettings }) => remoteSettings.initialWindowSize);
  return { runner, creates: () => creates, connections: () => sessions.size, streamWindows };
}

function answer(stream: ServerHttp2Stream, status: number, body: object): void {
  stream.respond({ ':status': status, 'content-type': 'application/json' });
  stream.end(JSON.stringify(body));
}

describe('a watch over HTTP/2', () => {
  it('lets the server send hundreds of events before it hears from a busy worker', async () => {
    const peer = await startPeer((stream) => answer(stream, 201, { metadata: { uid: 'u-1' } }));
    expect(peer.streamWindows()).toEqual([4 * 1024 * 1024]);
  });
});

describe('a create over HTTP/2', () => {
  it('is sent again on a new connection if a GOAWAY says that it was not processed', async () => {
    const peer = await startPeer((stream, session, n) => {
      // The last stream that the peer has processed came before this one.
      if (n === 1) session.goaway(constants.NGHTTP2_NO_ERROR, Math.max(1, stream.id! - 2));
      else answer(stream, 201, { metadata: { uid: 'u-1' } });
    });
    expect(await peer.runner.createJob(requestFor('refused'))).toEqual({ kind: 'created', jobUid: 'u-1' });
    expect(peer.creates()).toBe(2);
    expect(peer.connections()).toBe(2);
  });

  it('gets its answer after a GOAWAY that includes it', async () => {
    const peer = await startPeer((stream, session) => {
      session.goaway(constants.NGHTTP2_NO_ERROR);
      setTimeout(() => answer(stream, 201, { metadata: { uid: 'u-1' } }), 50);
    });
    expect(await peer.runner.createJob(requestFor('included'))).toEqual({ kind: 'created', jobUid: 'u-1' });
    expect(peer.creates()).toBe(1);
  });

  it('is repeated once if its connection is lost, and adopts what the first one created', async () => {
    const peer = await startPeer((stream, session, n) => {
      if (n === 1) session.destroy();
      else answer(stream, 409, { reason: 'AlreadyExists', message: 'jobs "lost" already exists' });
    });
    const created = await peer.runner.createJob(requestFor('lost')).catch((error: unknown) => error);
    expect(peer.creates()).toBe(2);
    expect(created).toMatchObject({ kind: 'exists' });
  });

  it('is unavailable, with an unknown outcome, if its connections are lost again and again', async () => {
    const peer = await startPeer((_stream, session) => session.destroy());
    await expect(peer.runner.createJob(requestFor('lost'))).rejects.toMatchObject({
      name: 'RunnerUnavailableError',
    });
    expect(peer.creates()).toBe(2);
  });
});

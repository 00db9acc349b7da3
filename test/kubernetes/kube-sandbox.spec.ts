import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type KubeSandbox, type SandboxOptions, startKubeSandbox } from '@app/kube-sandbox';
import {
  ApiException,
  BatchV1Api,
  CoreV1Api,
  KubeConfig,
  type V1Container,
  type V1Job,
  type V1JobSpec,
  type V1Pod,
} from '@kubernetes/client-node';
import { execFile, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

jest.setTimeout(30_000);

const NAMESPACE = 'procs';
const root = mkdtempSync(join(tmpdir(), 'kube-sandbox-test-'));
const procsDir = join(root, 'procs');
const run = promisify(execFile);

const itWithKubectl = spawnSync('kubectl', ['version', '--client']).status === 0 ? it : it.skip;

/** Creates the image `proctor/shell`, whose args are a script, and a broken one. */
function makeProcs(): void {
  mkdirSync(join(procsDir, 'shell'), { recursive: true });
  writeFileSync(
    join(procsDir, 'shell', 'Dockerfile'),
    'FROM alpine\nENV FROM_IMAGE=yes\nENTRYPOINT ["/bin/sh", "-c"]\n',
  );
  mkdirSync(join(procsDir, 'broken'), { recursive: true });
  writeFileSync(join(procsDir, 'broken', 'Dockerfile'), 'FROM alpine\nENTRYPOINT ["no-such-program"]\n');
}

class Client {
  readonly config = new KubeConfig();
  readonly batch: BatchV1Api;
  readonly core: CoreV1Api;

  constructor(readonly sandbox: KubeSandbox) {
    this.config.loadFromFile(sandbox.kubeconfigPath);
    this.batch = this.config.makeApiClient(BatchV1Api);
    this.core = this.config.makeApiClient(CoreV1Api);
  }

  async createJob(
    name: string,
    script: string,
    spec: Partial<V1JobSpec> = {},
    container: Partial<V1Container> = {},
  ): Promise<V1Job> {
    const main = { name: 'main', image: 'proctor/shell:1', args: [script], ...container };
    const template = spec.template?.spec ?? {};
    const body = {
      metadata: { name },
      spec: {
        backoffLimit: 0,
        ...spec,
        template: { spec: { restartPolicy: 'Never', ...template, containers: [main] } },
      },
    };
    return this.batch.createNamespacedJob({ namespace: NAMESPACE, body });
  }

  async pods(jobName: string): Promise<V1Pod[]> {
    const list = await this.core.listNamespacedPod({
      namespace: NAMESPACE,
      labelSelector: `job-name=${jobName}`,
    });
    return list.items;
  }

  async untilPod(jobName: string, matches: (pod: V1Pod) => boolean): Promise<V1Pod> {
    return until(async () => (await this.pods(jobName)).find(matches));
  }

  async untilJob(name: string, condition: string): Promise<V1Job> {
    return until(async () => {
      const job = await this.batch.readNamespacedJob({ namespace: NAMESPACE, name });
      return job.status?.conditions?.some(({ type }) => type === condition) ? job : undefined;
    });
  }

  async finish(...job: Parameters<Client['createJob']>): Promise<string> {
    const [name] = job;
    await this.createJob(...job);
    await until(async () =>
      (await this.batch.readNamespacedJob({ namespace: NAMESPACE, name })).status?.conditions?.some(
        ({ type }) => type === 'Complete' || type === 'Failed',
      ),
    );
    const [pod] = await this.pods(name);
    return (await this.log(pod!)).toString();
  }

  async log(pod: V1Pod, query = ''): Promise<Buffer> {
    const response = await this.open(
      `/api/v1/namespaces/${NAMESPACE}/pods/${pod.metadata!.name}/log?${query}`,
    );
    return readAll(response);
  }

  async follow(pod: V1Pod): Promise<AsyncIterable<Buffer>> {
    return this.open(`/api/v1/namespaces/${NAMESPACE}/pods/${pod.metadata!.name}/log?follow=true`);
  }

  async open(path: string, options: https.RequestOptions = {}, body?: string): Promise<IncomingMessage> {
    const access: https.RequestOptions = {};
    await this.config.applyToHTTPSOptions(access);
    const headers = { ...access.headers, ...options.headers };
    return new Promise((resolve, reject) => {
      const request = https.request(
        `${this.sandbox.url}${path}`,
        { ...access, agent: false, ...options, headers },
        resolve,
      );
      request.on('error', reject).end(body);
    });
  }

  /** Opens a watch and collects its events. */
  async watch(path: string): Promise<{ events: WatchEvent[]; ended: Promise<void>; stop(): void }> {
    const response = await this.open(path);
    const events: WatchEvent[] = [];
    const ended = (async () => {
      let rest = '';
      try {
        for await (const chunk of response as AsyncIterable<Buffer>) {
          const lines = (rest + chunk.toString()).split('\n');
          rest = lines.pop()!;
          events.push(...lines.map((line) => JSON.parse(line) as WatchEvent));
        }
      } catch {
        // The stream was cut.
      }
    })();
    return { events, ended, stop: () => response.destroy() };
  }
}

interface WatchEvent {
  type: string;
  object: { kind: string; code?: number; metadata: { name: string; resourceVersion: string } };
}

async function readAll(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function until<T>(look: () => T | Promise<T>, timeoutMs = 10_000): Promise<NonNullable<T>> {
  for (const endMs = Date.now() + timeoutMs; ; await sleep(20)) {
    const found = await look();
    if (found) return found;
    if (Date.now() > endMs) throw new Error(`not true within ${timeoutMs} ms: ${look.toString()}`);
  }
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 0,
    (error: unknown) => (error instanceof ApiException ? error.code : Promise.reject(error as Error)),
  );
const statusOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: ApiException<string>) =>
      JSON.parse(error.body) as { reason: string; message: string; code: number },
  );
const isRunning = (pod: V1Pod) => pod.status?.phase === 'Running';
const stateOf = (pod: V1Pod) => pod.status?.containerStatuses?.[0]?.state;
const isAlive = (pid: number) =>
  existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

async function open(options: Partial<SandboxOptions> = {}): Promise<Client> {
  const dataDir = mkdtempSync(join(root, 'data-'));
  const timing = {
    jobRetryBackoffMs: 50,
    imagePullBackoffMs: 200,
    absentOwnerDelayMs: 50,
    shutdownGraceMs: 200,
  };
  return new Client(
    await startKubeSandbox({ dataDir, procsDir, namespaces: [NAMESPACE], timing, ...options }),
  );
}

beforeAll(makeProcs);
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('kube-sandbox', () => {
  let client: Client;
  beforeAll(async () => {
    client = await open();
  });
  afterAll(() => client.sandbox.close());

  describe('runs Jobs', () => {
    it('to success', async () => {
      expect(await client.finish('ok', 'echo hello $FROM_IMAGE; echo $HOSTNAME')).toMatch(
        /^hello yes\nok-[a-z0-9]{5}\n$/,
      );
      const job = await client.untilJob('ok', 'Complete');
      expect(job.status).toMatchObject({ succeeded: 1, ready: 0 });
      expect(job.status?.active).toBeUndefined();
      const [pod] = await client.pods('ok');
      expect(stateOf(pod!)?.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
      expect(client.sandbox.history().find((one) => one.jobName === 'ok')).toMatchObject({
        exitCode: 0,
        killed: false,
      });
    });

    it('to failure, with the exit code', async () => {
      await client.finish('fails', 'exit 7');
      const [pod] = await client.pods('fails');
      expect(pod!.status?.phase).toBe('Failed');
      expect(stateOf(pod!)?.terminated).toMatchObject({ exitCode: 7, reason: 'Error' });
    });

    it('again after a failure, one pod per attempt', async () => {
      await client.createJob('retries', 'exit 1', { backoffLimit: 2 });
      const job = await client.untilJob('retries', 'Failed');
      expect(job.status?.failed).toBe(3);
      expect(job.status?.conditions?.at(-1)).toMatchObject({
        type: 'Failed',
        reason: 'BackoffLimitExceeded',
      });
      expect(await client.pods('retries')).toHaveLength(3);
    });

    it('in place, with restartPolicy OnFailure', async () => {
      const template = { spec: { restartPolicy: 'OnFailure', containers: [] } };
      await client.createJob('on-failure', 'echo try; exit 1', { backoffLimit: 6, template });
      const isRestarted = (pod: V1Pod) => (pod.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0;
      const pod = await client.untilPod('on-failure', isRestarted);
      expect(pod.status?.phase).toBe('Running');
      expect(pod.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode).toBe(1);
      expect((await client.log(pod, 'previous=true')).toString()).toBe('try\n');
      expect(await client.pods('on-failure')).toHaveLength(1);
      await client.batch.deleteNamespacedJob({
        namespace: NAMESPACE,
        name: 'on-failure',
        body: { propagationPolicy: 'Background' },
      });
    });

    it('as an unprivileged user, with a clean environment and its own folder', async () => {
      const log = await client.finish(
        'env',
        'id -u; env | cut -d= -f1 | sort | tr "\\n" " "; touch made-here && ls',
      );
      const user = process.getuid?.() === 0 ? '65534' : String(process.getuid?.());
      expect(log).toBe(`${user}\nFROM_IMAGE HOME HOSTNAME PATH PWD Dockerfile\nmade-here\n`);
      expect(readdirSync(join(procsDir, 'shell'))).toEqual(['Dockerfile']);
    });

    it('past the deadline of the pod, keeping its log', async () => {
      const template = {
        spec: { activeDeadlineSeconds: 3, terminationGracePeriodSeconds: 1, containers: [] },
      };
      expect(await client.finish('late', 'echo begun; sleep 60', { template })).toBe('begun\n');
      const [pod] = await client.pods('late');
      expect(pod!.status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
      expect(client.sandbox.history().find((one) => one.jobName === 'late')?.killed).toBe(true);
    });

    it('past the deadline of the Job, deleting its pods', async () => {
      await client.createJob('job-late', 'trap "" TERM; sleep 60', {
        activeDeadlineSeconds: 1,
        template: { spec: { terminationGracePeriodSeconds: 0, containers: [] } },
      });
      const job = await client.untilJob('job-late', 'Failed');
      expect(job.status?.conditions?.at(-1)?.reason).toBe('DeadlineExceeded');
      expect(await client.pods('job-late')).toEqual([]);
    });

    it('and removes them after their time to live', async () => {
      await client.finish('ttl', 'true', { ttlSecondsAfterFinished: 0 }).catch(() => '');
      await until(
        async () =>
          (await codeOf(client.batch.readNamespacedJob({ namespace: NAMESPACE, name: 'ttl' }))) === 404,
      );
      expect(await client.pods('ttl')).toEqual([]);
    });

    it('many at the same time', async () => {
      const names = Array.from({ length: 40 }, (_, i) => `many-${i}`);
      await Promise.all(names.map((name) => client.createJob(name, `echo ${name}`)));
      for (const name of names) await client.untilJob(name, 'Complete');
      expect(
        client.sandbox.history().filter((one) => one.jobName.startsWith('many-') && one.exitCode === 0),
      ).toHaveLength(40);
    });
  });

  describe('starts containers as a cluster does', () => {
    it('expands $(NAME) only for variables of the pod', async () => {
      const env = [
        { name: 'A', value: 'pa$$word $(HOME)' },
        { name: 'B', value: '<$(A)>' },
      ];
      // The script is expanded too: `$$` leaves a `$` for the shell.
      const log = await client.finish('expand', 'echo "$$A $$B"; echo \'$(A)\'', {}, { env });
      expect(log).toBe('pa$word $(HOME) <pa$word $(HOME)>\npa$word $(HOME)\n');
    });

    it('waits for a missing Secret, and starts as soon as it exists', async () => {
      const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'gate', key: 'KEY' } } }];
      const job = await client.createJob('gate', 'echo "got $KEY"', {}, { env });
      const pod = await client.untilPod(
        'gate',
        (one) => stateOf(one)?.waiting?.reason === 'CreateContainerConfigError',
      );
      expect(stateOf(pod)?.waiting?.message).toBe('secret "gate" not found');
      const refused = await client.open(`/api/v1/namespaces/${NAMESPACE}/pods/${pod.metadata!.name}/log`);
      expect(refused.statusCode).toBe(400);
      const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'gate', uid: job.metadata!.uid! };
      const body = {
        metadata: { name: 'gate', ownerReferences: [owner] },
        stringData: { KEY: 'it $(HOME)' },
        immutable: true,
      };
      const createdAtMs = Date.now();
      await client.core.createNamespacedSecret({ namespace: NAMESPACE, body });
      await client.untilJob('gate', 'Complete');
      const [record] = client.sandbox.history().filter((one) => one.jobName === 'gate');
      expect(Date.parse(record!.startedAt) - createdAtMs).toBeLessThan(1000);
      expect((await client.log(pod)).toString()).toBe('got it $(HOME)\n');
    });

    it('backs off from a missing image', async () => {
      await client.createJob('no-image', '', {}, { image: 'proctor/nothing:9' });
      const failed = await client.untilPod(
        'no-image',
        (pod) => stateOf(pod)?.waiting?.reason === 'ErrImagePull',
      );
      expect(stateOf(failed)?.waiting?.message).toContain('docker.io/proctor/nothing:9: not found');
      const waiting = await client.untilPod(
        'no-image',
        (pod) => stateOf(pod)?.waiting?.reason === 'ImagePullBackOff',
      );
      expect(stateOf(waiting)?.waiting?.message).toContain('Back-off pulling image "proctor/nothing:9"');
    });

    it('rejects an image outside its folder', async () => {
      await client.createJob('outside', '', {}, { image: 'proctor/..' });
      await client.untilPod('outside', (pod) => stateOf(pod)?.waiting?.reason === 'InvalidImageName');
    });

    it('reports a program that cannot be run', async () => {
      await client.createJob('broken', '', {}, { image: 'proctor/broken', args: undefined });
      const pod = await client.untilPod('broken', (one) => one.status?.phase === 'Failed');
      expect(stateOf(pod)?.terminated).toMatchObject({ exitCode: 128, reason: 'StartError' });
      expect(stateOf(pod)?.terminated?.message).toContain(
        'exec: "no-such-program": executable file not found in $PATH',
      );
    });
  });

  describe('deletes', () => {
    const deleteJob = (name: string, more: object = {}) =>
      client.batch.deleteNamespacedJob({
        namespace: NAMESPACE,
        name,
        body: { propagationPolicy: 'Background', ...more },
      });

    it('a Job with its pods, its Secret and the whole process group', async () => {
      const job = await client.createJob(
        'cancel',
        'sleep 300 & echo $!; trap "" TERM; while true; do sleep 0.1; done',
        { template: { spec: { terminationGracePeriodSeconds: 1, containers: [] } } },
      );
      const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'cancel', uid: job.metadata!.uid! };
      await client.core.createNamespacedSecret({
        namespace: NAMESPACE,
        body: { metadata: { name: 'cancel', ownerReferences: [owner] } },
      });
      const pod = await client.untilPod('cancel', isRunning);
      const child = Number(await until(async () => (await client.log(pod)).toString().trim()));
      expect(isAlive(child)).toBe(true);
      await deleteJob('cancel');
      expect((await client.pods('cancel'))[0]?.metadata?.deletionTimestamp).toBeDefined();
      await until(async () => (await client.pods('cancel')).length === 0);
      await until(() => !isAlive(child));
      expect(await codeOf(client.core.readNamespacedSecret({ namespace: NAMESPACE, name: 'cancel' }))).toBe(
        404,
      );
      expect(client.sandbox.history().find((one) => one.jobName === 'cancel')).toMatchObject({
        exitCode: 137,
        killed: true,
      });
    });

    it('only the object with the given uid', async () => {
      await client.createJob('precondition', 'true');
      const status = await statusOf(deleteJob('precondition', { preconditions: { uid: 'another' } }));
      expect(status).toMatchObject({ code: 409, reason: 'Conflict' });
      expect(await codeOf(deleteJob('precondition'))).toBe(0);
      expect(await codeOf(deleteJob('precondition'))).toBe(404);
    });

    it('only the Job without a propagation policy, as batch/v1 does', async () => {
      await client.finish('orphan', 'true');
      await client.batch.deleteNamespacedJob({ namespace: NAMESPACE, name: 'orphan' });
      const [pod] = await client.pods('orphan');
      expect(pod?.metadata?.ownerReferences).toBeUndefined();
      expect(pod?.metadata?.finalizers).toBeUndefined();
    });

    it('in the foreground: the Job last', async () => {
      await client.createJob('foreground', 'trap "" TERM; sleep 2', {
        template: { spec: { containers: [] } },
      });
      await client.untilPod('foreground', isRunning);
      await deleteJob('foreground', { propagationPolicy: 'Foreground' });
      expect(await codeOf(client.batch.readNamespacedJob({ namespace: NAMESPACE, name: 'foreground' }))).toBe(
        0,
      );
      await until(
        async () =>
          (await codeOf(client.batch.readNamespacedJob({ namespace: NAMESPACE, name: 'foreground' }))) ===
          404,
      );
      expect(await client.pods('foreground')).toEqual([]);
    });

    it('objects whose owner does not exist', async () => {
      const owner = {
        apiVersion: 'batch/v1',
        kind: 'Job',
        name: 'never',
        uid: '00000000-0000-0000-0000-000000000000',
      };
      await client.core.createNamespacedSecret({
        namespace: NAMESPACE,
        body: { metadata: { name: 'lost', ownerReferences: [owner] } },
      });
      await until(
        async () =>
          (await codeOf(client.core.readNamespacedSecret({ namespace: NAMESPACE, name: 'lost' }))) === 404,
      );
    });

    it('a namespace with all its contents', async () => {
      await client.core.createNamespace({ body: { metadata: { name: 'short-lived' } } });
      await client.core.createNamespacedSecret({
        namespace: 'short-lived',
        body: { metadata: { name: 'inside' } },
      });
      await client.core.deleteNamespace({ name: 'short-lived' });
      await until(async () => (await codeOf(client.core.readNamespace({ name: 'short-lived' }))) === 404);
    });
  });

  describe('refuses', () => {
    it('a name that is taken, an invalid object, and a missing namespace', async () => {
      await client.createJob('taken', 'true');
      expect(await statusOf(client.createJob('taken', 'true'))).toMatchObject({
        code: 409,
        reason: 'AlreadyExists',
        message: 'jobs.batch "taken" already exists',
      });
      const invalid = await statusOf(client.createJob('Bad_Name', 'true'));
      expect(invalid).toMatchObject({ code: 422, reason: 'Invalid' });
      expect(invalid?.message).toContain(
        'Job.batch "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name"',
      );
      expect(
        await statusOf(
          client.core.createNamespacedSecret({ namespace: 'nowhere', body: { metadata: { name: 'a' } } }),
        ),
      ).toMatchObject({ code: 404, message: 'namespaces "nowhere" not found' });
    });

    it.each<[number, string, https.RequestOptions]>([
      [401, 'another token', { headers: { Authorization: 'Bearer wrong' } }],
      [403, 'another host', { headers: { Host: 'evil.example' }, checkServerIdentity: () => undefined }],
      [403, 'requests from web pages', { headers: { Origin: 'https://evil.example' } }],
      [415, 'bodies that are not JSON', { method: 'POST', headers: { 'Content-Type': 'text/plain' } }],
    ])('with %i: %s', async (code, _name, options) => {
      const response = await client.open('/api/v1/namespaces', options, options.method && '{}');
      expect(response.statusCode).toBe(code);
      expect(JSON.parse((await readAll(response)).toString())).toMatchObject({ kind: 'Status', code });
    });

    it.each([
      '/api/v1/namespaces/%/pods',
      '/api/v1/namespaces/default/pods/%zz',
      '/apis/batch/v1/namespaces/default/jobs/%C3%28',
      '/api/v1/namespaces/default/pods/p/log?sinceTime=%zz',
      '/api/v1/pods?labelSelector=%zz&fieldSelector=%',
    ])('with 400 the broken escape in %s', async (path) => {
      const response = await client.open(path, {});
      expect(response.statusCode).toBe(path.includes('/log') ? 404 : 400);
    });

    it('with 400 a grace period that is no number', async () => {
      await client.createJob('grace', 'sleep 60');
      const path = `/apis/batch/v1/namespaces/${NAMESPACE}/jobs/grace?gracePeriodSeconds=abc`;
      expect((await client.open(path, { method: 'DELETE' })).statusCode).toBe(400);
    });

    it('other users access to its kubeconfig', () => {
      expect(statSync(client.sandbox.kubeconfigPath).mode & 0o777).toBe(0o600);
    });
  });

  describe('logs', () => {
    const stamped = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z) (.*)$/;

    it('preserve arbitrary bytes', async () => {
      await client.finish('bytes', String.raw`printf 'a\377\376b\0c\r\nlast \303'`);
      const [pod] = await client.pods('bytes');
      expect(await client.log(pod!)).toEqual(Buffer.from('a\xff\xfeb\0c\r\nlast \xc3', 'latin1'));
    });

    it('keep lines of any length whole', async () => {
      await client.finish('long', "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end");
      const [pod] = await client.pods('long');
      const lines = (await client.log(pod!, 'timestamps=true')).toString().split('\n');
      expect(lines).toHaveLength(3);
      expect(stamped.exec(lines[0]!)?.[2]).toHaveLength(3_000_000);
      expect(stamped.exec(lines[1]!)?.[2]).toBe('end');
    });

    it('are followed live to the end', async () => {
      await client.createJob('follow', 'for i in 1 2 3 4 5; do echo $i; sleep 0.3; done; printf end');
      const pod = await client.untilPod('follow', isRunning);
      const arrivedAtMs: number[] = [];
      let text = '';
      for await (const chunk of await client.follow(pod)) {
        arrivedAtMs.push(Date.now());
        text += chunk.toString();
      }
      expect(text).toBe('1\n2\n3\n4\n5\nend');
      expect(arrivedAtMs.at(-1)! - arrivedAtMs[0]!).toBeGreaterThan(200);
    });

    it('honor sinceTime (by whole second), tailLines and limitBytes', async () => {
      await client.finish('since', 'echo 1; sleep 1.2; echo 2; echo 3');
      const [pod] = await client.pods('since');
      const lines = (await client.log(pod!, 'timestamps=true')).toString().trim().split('\n');
      const stampOf3 = stamped.exec(lines[2]!)![1]!;
      const second = stampOf3.slice(0, 19);
      const expected = lines
        .filter((line) => line.slice(0, 19) >= second)
        .map((line) => `${line}\n`)
        .join('');
      expect((await client.log(pod!, `timestamps=true&sinceTime=${second}.999999999Z`)).toString()).toBe(
        expected,
      );
      expect((await client.log(pod!, 'tailLines=2')).toString()).toBe('2\n3\n');
      expect((await client.log(pod!, 'limitBytes=3')).toString()).toBe('1\n2');
    });
  });

  describe('watches', () => {
    const path = (query: string) => `/apis/batch/v1/namespaces/${NAMESPACE}/jobs?watch=true&${query}`;

    it('resume where they were cut, without missing an event', async () => {
      const { metadata } = await client.batch.listNamespacedJob({ namespace: NAMESPACE });
      const first = await client.watch(
        path(`resourceVersion=${metadata!.resourceVersion}&fieldSelector=metadata.name=resume`),
      );
      await client.createJob('resume', 'sleep 3');
      await until(() => first.events.length > 0);
      expect(client.sandbox.faults.dropWatches()).toBe(1);
      await first.ended;
      await client.untilJob('resume', 'Complete');
      const last = first.events.at(-1)!.object.metadata.resourceVersion;
      const second = await client.watch(
        path(`resourceVersion=${last}&fieldSelector=metadata.name=resume&timeoutSeconds=1`),
      );
      await second.ended;
      const versions = [...first.events, ...second.events].map((event) =>
        Number(event.object.metadata.resourceVersion),
      );
      expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
      expect(first.events[0]?.type).toBe('ADDED');
      expect(JSON.stringify(second.events.at(-1))).toContain('"Complete"');
    });

    it('end cleanly when their timeout elapses before the client has read everything', async () => {
      const names = Array.from({ length: 10 }, (_, n) => `large-${n}`);
      const create = (name: string) => {
        const body = { metadata: { name }, stringData: { VALUE: 'x'.repeat(800_000) } };
        return client.core.createNamespacedSecret({ namespace: NAMESPACE, body });
      };
      // Before the watch, which sends them first: creating them takes seconds on a busy machine.
      await Promise.all(names.map(create));
      const response = await client.open(
        `/api/v1/namespaces/${NAMESPACE}/secrets?watch=true&timeoutSeconds=1`,
      );
      await sleep(1_200);
      await create('too-late');
      const events = (await readAll(response)).toString().trimEnd().split('\n');
      const received = events.map((line) => (JSON.parse(line) as WatchEvent).object.metadata.name);
      expect(received.filter((name) => name.startsWith('large-')).sort()).toEqual(names);
      expect(received).not.toContain('too-late');
      for (const name of [...names, 'too-late']) {
        await client.core.deleteNamespacedSecret({ namespace: NAMESPACE, name });
      }
    });

    it('return 410 on demand', async () => {
      client.sandbox.faults.expireWatches();
      const expired = await client.watch(path('resourceVersion=0'));
      await expired.ended;
      expect(expired.events.map((event) => event.object.code)).toEqual([410]);
    });
  });

  describe('faults', () => {
    afterAll(() => client.sandbox.faults.clear());

    it('can also be switched on over HTTP', async () => {
      const effect = { kind: 'status', code: 429, retryAfterSeconds: 2 };
      const command = JSON.stringify({
        fault: 'failRequests',
        args: [{ verb: 'create', resource: 'jobs', count: 1, effect }],
      });
      const answer = await client.open(
        '/sandbox/faults',
        { method: 'POST', headers: { 'Content-Type': 'application/json' } },
        command,
      );
      expect(answer.statusCode).toBe(200);
      expect(await codeOf(client.createJob('limited', 'true'))).toBe(429);
      expect(await codeOf(client.createJob('limited', 'true'))).toBe(0);
    });

    it('do not keep a request from being counted', async () => {
      const before = client.sandbox.requests().requests['create jobs'] ?? 0;
      client.sandbox.faults.failRequests({
        ...{ verb: 'create', resource: 'jobs', count: 1 },
        effect: { kind: 'status', code: 500 },
      });
      expect(await codeOf(client.createJob('counted', 'true'))).toBe(500);
      expect(await codeOf(client.createJob('counted', 'true'))).toBe(0);
      expect(client.sandbox.requests().requests['create jobs']).toBe(before + 2);
    });

    it('lose a response after the request was processed', async () => {
      client.sandbox.faults.failRequests({
        verb: 'create',
        resource: 'jobs',
        count: 1,
        when: 'after',
        effect: { kind: 'reset' },
      });
      await expect(client.createJob('unsure', 'true')).rejects.toThrow();
      expect(await codeOf(client.createJob('unsure', 'true'))).toBe(409);
    });

    it('cut a log after a number of bytes', async () => {
      await client.finish('cut', 'echo 0123456789');
      client.sandbox.faults.cutLogsAfter(4);
      const [pod] = await client.pods('cut');
      const response = await client.open(`/api/v1/namespaces/${NAMESPACE}/pods/${pod!.metadata!.name}/log`);
      const received: Buffer[] = [];
      const reading = (async () => {
        for await (const chunk of response as AsyncIterable<Buffer>) received.push(chunk);
      })();
      await expect(reading).rejects.toThrow();
      expect(Buffer.concat(received).toString()).toBe('0123');
    });

    it('hold pods back', async () => {
      client.sandbox.faults.holdPods();
      await client.createJob('held', 'true');
      const pod = await client.untilPod(
        'held',
        (one) => one.status?.conditions?.some(({ reason }) => reason === 'Unschedulable') ?? false,
      );
      expect(pod.spec?.nodeName).toBeUndefined();
      client.sandbox.faults.releasePods();
      await client.untilJob('held', 'Complete');
    });

    it('add containers to pods, whose logs are read by name', async () => {
      const { faults } = client.sandbox;
      faults.injectContainers({
        initContainers: [{ name: 'setup', command: ['sh', '-c', 'echo setting up'] }],
        containers: [{ name: 'mesh', command: ['sh', '-c', 'echo meshing; exec sleep 60'] }],
      });
      await client.createJob('several', 'echo own');
      faults.injectContainers(null);
      const hasEnded = ({ status }: V1Pod) =>
        status?.containerStatuses?.find(({ name }) => name === 'main')?.state?.terminated !== undefined;
      const pod = await client.untilPod('several', hasEnded);
      expect(pod.status).toMatchObject({
        phase: 'Running',
        initContainerStatuses: [{ name: 'setup', state: { terminated: { exitCode: 0 } } }],
        containerStatuses: [{ name: 'main' }, { name: 'mesh', ready: true }],
      });
      const logOf = async (name: string) => (await client.log(pod, `container=${name}`)).toString();
      expect([await logOf('setup'), await logOf('main')]).toEqual(['setting up\n', 'own\n']);
      await until(async () => (await logOf('mesh')) === 'meshing\n');
      expect(JSON.parse((await client.log(pod)).toString())).toMatchObject({
        code: 400,
        message: expect.stringContaining('choose one of: [main mesh] or one of the init containers: [setup]'),
      });
      expect(client.sandbox.history().filter(({ jobName }) => jobName === 'several')).toHaveLength(3);
      await client.batch.deleteNamespacedJob({
        ...{ namespace: NAMESPACE, name: 'several' },
        propagationPolicy: 'Background',
      });
    });

    it('evict a pod, and keep what a finalizer is on', async () => {
      const { faults } = client.sandbox;
      faults.setFinalizer('pods', 'example.com/keep');
      await client.createJob('evicted', 'exec sleep 60');
      const { metadata } = await client.untilPod('evicted', isRunning);
      const name = metadata!.name!;
      const body = { metadata: { name, namespace: NAMESPACE } };
      await client.core.createNamespacedPodEviction({ name, namespace: NAMESPACE, body });
      const kept = await client.untilPod('evicted', ({ status }) => status?.phase === 'Failed');
      expect(kept.metadata).toMatchObject({
        deletionTimestamp: expect.anything(),
        finalizers: expect.arrayContaining(['example.com/keep']),
      });
      expect(kept.status?.conditions).toContainEqual(
        expect.objectContaining({ type: 'DisruptionTarget', reason: 'EvictionByEvictionAPI' }),
      );
      await client.untilJob('evicted', 'Failed');
      faults.setFinalizer('pods', null);
      await until(async () => (await client.pods('evicted')).length === 0);
    });

    it('run a container out of memory', async () => {
      await client.createJob('oom', 'sleep 60');
      const { metadata } = await client.untilPod('oom', isRunning);
      expect(client.sandbox.faults.killPods('OOMKilled', metadata!.name)).toBe(1);
      const pod = await client.untilPod('oom', (one) => one.status?.phase === 'Failed');
      expect(stateOf(pod)?.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
    });

    it('lose the node and its logs', async () => {
      await client.createJob('lost', 'echo here; sleep 60');
      const running = await client.untilPod('lost', isRunning);
      expect(client.sandbox.faults.loseNode()).toBeGreaterThan(0);
      const pod = await client.untilPod('lost', (one) => one.status?.phase === 'Failed');
      expect(pod.status?.reason).toBe('NodeLost');
      const log = await client.open(`/api/v1/namespaces/${NAMESPACE}/pods/${running.metadata!.name}/log`);
      expect(log.statusCode).toBe(500);
    });
  });

  describe('kubectl', () => {
    const kubectl = async (...args: string[]) => {
      const env = { PATH: process.env.PATH, HOME: root, KUBECONFIG: client.sandbox.kubeconfigPath };
      return (await run('kubectl', args, { env, timeout: 20_000 })).stdout;
    };
    itWithKubectl('gets, describes, follows and deletes', async () => {
      await client.createJob('seen', 'echo one; sleep 0.5; echo two');
      const pod = await client.untilPod('seen', isRunning);
      expect(await kubectl('logs', '-f', 'job/seen')).toBe('one\ntwo\n');
      await client.untilJob('seen', 'Complete');
      expect(await kubectl('get', 'jobs', 'seen')).toMatch(
        /^NAME +STATUS +COMPLETIONS +DURATION +AGE\nseen +Complete +1\/1 /,
      );
      expect(await kubectl('get', 'pods', '-l', 'job-name=seen')).toMatch(
        /\nseen-\w{5} +0\/1 +Completed +0 /,
      );
      expect(await kubectl('describe', 'pod', pod.metadata!.name!)).toMatch(
        /Reason: +Completed[^]*Started container main/,
      );
      expect(await kubectl('describe', 'job', 'seen')).toContain('Created pod: seen-');
      expect(await kubectl('delete', 'job', 'seen')).toContain('"seen" deleted');
      expect(await client.pods('seen')).toEqual([]);
    });
  });
});

describe('kube-sandbox after a restart', () => {
  it('has killed and marked running pods, and remembers everything', async () => {
    const first = await open();
    const dataDir = join(first.sandbox.kubeconfigPath, '..');
    const { token } = first.sandbox;
    await first.finish('before', 'echo kept');
    await first.createJob('cut-short', 'sleep 300');
    const running = await first.untilPod('cut-short', isRunning);
    const { pid } = first.sandbox.history().find((one) => one.jobName === 'cut-short')!;
    const list = await first.batch.listNamespacedJob({ namespace: NAMESPACE });
    await first.sandbox.close();
    expect(isAlive(pid)).toBe(false);

    const second = await open({ dataDir });
    try {
      expect(second.sandbox.token).toBe(token);
      const [kept] = await second.pods('before');
      expect((await second.log(kept!)).toString()).toBe('kept\n');
      const pod = await second.untilPod('cut-short', (one) => one.metadata?.uid === running.metadata?.uid);
      expect(pod.status).toMatchObject({ phase: 'Failed', reason: 'Terminated' });
      await second.untilJob('cut-short', 'Failed');
      const again = await second.batch.listNamespacedJob({ namespace: NAMESPACE });
      expect(Number(again.metadata!.resourceVersion)).toBeGreaterThan(Number(list.metadata!.resourceVersion));
      const watch = await second.watch(
        `/apis/batch/v1/jobs?watch=true&resourceVersion=${list.metadata!.resourceVersion}`,
      );
      await watch.ended;
      expect(watch.events[0]?.object.code).toBe(410);
      expect(second.sandbox.history().map((one) => one.jobName)).toEqual(['before', 'cut-short']);
    } finally {
      await second.sandbox.close();
    }
  });

  it('marks running pods as lost after it was killed itself, and kills their processes', async () => {
    const first = await open();
    const dataDir = join(first.sandbox.kubeconfigPath, '..');
    await first.createJob('lost', 'sleep 300');
    await first.untilPod('lost', isRunning);
    const { pid } = first.sandbox.history()[0]!;
    // A copy of the disk at this moment is what a killed sandbox leaves, with its processes still running.
    const copy = mkdtempSync(join(root, 'copy-'));
    const filesOfPods = join(dataDir, 'work', '/');
    cpSync(dataDir, copy, { recursive: true, filter: (path) => !path.startsWith(filesOfPods) });

    const second = await open({ dataDir: copy });
    try {
      const pod = await second.untilPod('lost', () => true);
      expect(pod.status).toMatchObject({ phase: 'Failed', reason: 'NodeLost' });
      await second.untilJob('lost', 'Failed');
      await until(() => !isAlive(pid));
      expect(second.sandbox.history()[0]).toMatchObject({ jobName: 'lost', killed: true, exitCode: null });
    } finally {
      await second.sandbox.close();
      await first.sandbox.close();
    }
  });
});

describe('kube-sandbox with a lost node', () => {
  it('starts no container of a pod that is already gone', async () => {
    const client = await open();
    try {
      const names = Array.from({ length: 20 }, (_, i) => `gone-${i}`);
      await Promise.all(names.map((name) => client.createJob(name, 'sleep 5')));
      // A bound pod is lost with its node. For most of these, files are still being copied.
      await until(async () => {
        const { items } = await client.core.listNamespacedPod({ namespace: NAMESPACE });
        return names.every((name) =>
          items.some(({ metadata, spec }) => metadata?.name?.startsWith(`${name}-`) && spec?.nodeName),
        );
      });
      client.sandbox.faults.loseNode('delete');
      const lostAtMs = Date.now();
      await Promise.all(names.map((name) => client.untilJob(name, 'Failed')));
      const late = client.sandbox.history().filter(({ startedAt }) => Date.parse(startedAt) > lostAtMs + 5);
      expect(late).toEqual([]);
    } finally {
      await client.sandbox.close();
    }
  });
});

describe('kube-sandbox with small log files', () => {
  it('serves only the newest file, and lets a follower continue across a rotation', async () => {
    const client = await open({ limits: { logFileBytes: 2000, logFiles: 2, logRotationCheckMs: 0 } });
    try {
      // Output rotated away before the follower connects is not served, so the pod waits for it.
      const gate = join(root, 'follower-is-there');
      // A pod runs as another user.
      chmodSync(root, 0o711);
      await client.createJob(
        'rotate',
        `echo "line 1"; until [ -e ${gate} ]; do sleep 0.05; done
         for i in $(seq 2 200); do echo "line $i"; [ $((i % 20)) = 0 ] && sleep 0.05; done; exit 0`,
      );
      const pod = await client.untilPod('rotate', isRunning);
      let followed = '';
      for await (const chunk of await client.follow(pod)) {
        writeFileSync(gate, '');
        followed += chunk.toString();
      }
      expect(followed).toBe(Array.from({ length: 200 }, (_, i) => `line ${i + 1}\n`).join(''));
      const left = (await client.log(pod)).toString();
      expect(left.length).toBeLessThan(2000);
      expect(followed.endsWith(left)).toBe(true);
    } finally {
      await client.sandbox.close();
    }
  });
});

describe('kube-sandbox with a short change history', () => {
  it('returns 410 for versions it no longer knows, and pages long lists', async () => {
    const client = await open({ limits: { rememberedChanges: 5 } });
    try {
      const secrets = Array.from({ length: 30 }, (_, i) => `s-${String(i).padStart(2, '0')}`);
      for (const name of secrets)
        await client.core.createNamespacedSecret({ namespace: NAMESPACE, body: { metadata: { name } } });
      const old = await client.watch(`/api/v1/secrets?watch=true&resourceVersion=2`);
      await old.ended;
      expect(old.events).toMatchObject([
        { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } },
      ]);

      const seen: (string | undefined)[] = [];
      let _continue: string | undefined;
      do {
        const page = await client.core.listNamespacedSecret({ namespace: NAMESPACE, limit: 12, _continue });
        seen.push(...page.items.map((secret) => secret.metadata?.name));
        _continue = page.metadata?._continue;
        // An object deleted in between is still in the list that was started.
        if (seen.length === 12)
          await client.core.deleteNamespacedSecret({ namespace: NAMESPACE, name: 's-29' });
      } while (_continue);
      expect(seen).toEqual(secrets);
    } finally {
      await client.sandbox.close();
    }
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults } from '@app/kube-sandbox';
import { SCRIPT_PROC, until } from '../support/api-client.js';
import { runCliHere } from '../support/run-cli.js';
import { startSystem, type System } from '../support/system.js';

const LIMIT_SECONDS = 5;
/** Longer than a container takes to start on a busy machine. */
const START_LIMIT_SECONDS = 10;
/** How long a user may wait to see why. */
const SHOWN_WITHIN_MS = 2_000;

let system: System;
beforeAll(async () => {
  system = await startSystem({
    env: {
      PROCTOR_KUBE_REFUSED_WAIT_TIME: String(LIMIT_SECONDS),
      PROCTOR_KUBE_POD_LIST_WAIT_TIME: String(START_LIMIT_SECONDS),
      PROCTOR_KUBE_WAIT_FOR_RESOURCE_POLL_COUNT: '1',
      PROCTOR_POD_SECURITY: 'baseline',
    },
  });
}, 60_000);
afterAll(() => system?.stop(), 60_000);
afterEach(() => system.sandbox.faults.clear());

/** Submits, and waits until the reason shows. Fails if that takes too long. */
async function untilShown(reason: RegExp) {
  const { id } = await system.api.run('echo started');
  const acceptedAt = Date.now();
  let shown = await system.api.status(id);
  await until(async () => reason.test((shown = await system.api.status(id)).reason ?? ''), 10_000);
  const tookMs = Date.now() - acceptedAt;
  expect(tookMs).toBeLessThan(SHOWN_WITHIN_MS);
  return { id, shown };
}

function leftSeconds({ waits_until }: { waits_until?: string }): number {
  return (Date.parse(waits_until ?? '') - Date.now()) / 1_000;
}

describe('an execution whose Job is refused', () => {
  it('shows a full quota, runs when it is free again, and forgets the reason', async () => {
    system.sandbox.faults.setQuota({ jobs: 0 });
    const { id, shown } = await untilShown(/^jobs\.batch "[^"]+" is forbidden: exceeded quota: sandbox, /);
    expect(shown.status).toBe('RECEIVED');
    expect(leftSeconds(shown)).toBeGreaterThan(LIMIT_SECONDS - 2);
    expect(leftSeconds(shown)).toBeLessThanOrEqual(LIMIT_SECONDS);
    system.sandbox.faults.setQuota(null);
    const ended = await system.api.end(id, 30_000);
    expect(ended).toMatchObject({ status: 'FINISHED' });
    expect(ended).not.toHaveProperty('reason');
    expect(ended).not.toHaveProperty('waits_until');
  }, 60_000);

  it('ends with the reason after the limit, whichever worker counts', async () => {
    system.sandbox.faults.addWebhook({ name: 'a.example.com', resource: 'jobs', effect: { kind: 'down' } });
    const { id } = await untilShown(/^Internal error occurred: failed calling webhook "a\.example\.com"/);
    const stopped = system.workers.at(-1)!.stop();
    await system.startWorker();
    await stopped;
    const ended = await system.api.end(id, 60_000);
    expect(ended.status).toBe('CREATION_FAILED');
    expect(ended.reason).toMatch(/failed calling webhook "a\.example\.com".*\(after 5 s\)$/);
  }, 90_000);

  it('outlasts an outage that is longer than the limit', async () => {
    system.sandbox.faults.failRequests({ effect: { kind: 'status', code: 503 } });
    const { id, shown } = await untilShown(/^Kubernetes did not create Job|^Kubernetes did not answer/);
    expect(shown).not.toHaveProperty('waits_until');
    await sleep(2 * LIMIT_SECONDS * 1_000);
    expect(await system.api.status(id)).toMatchObject({ status: 'RECEIVED' });
    system.sandbox.faults.clear();
    expect(await system.api.end(id, 60_000)).toMatchObject({ status: 'FINISHED' });
  }, 90_000);

  it('ends at once if a policy denies it, whatever its text says', async () => {
    const message = 'exceeded quota: ask the platform team';
    system.sandbox.faults.addWebhook({
      ...{ name: 'a.example.com', resource: 'jobs' },
      effect: { kind: 'deny', message },
    });
    const { id } = await system.api.run('echo started');
    expect(await system.api.end(id, 10_000)).toMatchObject({
      status: 'CREATION_FAILED',
      reason: `admission webhook "a.example.com" denied the request: ${message}`,
    });
  }, 30_000);
});

describe('an execution whose pod cannot be created or started', () => {
  it.each<[string, (faults: Faults) => void, RegExp, string]>([
    [
      'a full quota of pods',
      (faults) => faults.setQuota({ pods: 0 }),
      /^Error creating: pods "[^"]+" is forbidden: exceeded quota: sandbox, requested: pods=1/,
      'JOB_CREATION_FAILED',
    ],
    [
      'a level of Pod Security',
      (faults) => faults.enforcePodSecurity('restricted'),
      /^Error creating: pods "[^"]+" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot.* set PROCTOR_POD_SECURITY=restricted/,
      'JOB_CREATION_FAILED',
    ],
    [
      'a webhook',
      (faults) =>
        faults.addWebhook({
          ...{ name: 'a.example.com', resource: 'pods' },
          effect: { kind: 'deny', message: 'no' },
        }),
      /^Error creating: admission webhook "a\.example\.com" denied the request: no/,
      'JOB_CREATION_FAILED',
    ],
    [
      'the scheduler',
      (faults) => faults.holdPods('0/3 nodes are available: 3 Insufficient memory.'),
      /^Unschedulable: 0\/3 nodes are available: 3 Insufficient memory\./,
      'POD_CREATION_FAILED',
    ],
    [
      'a volume',
      (faults) => faults.failMounts('MountVolume.SetUp failed for volume "a": configmap "a" not found'),
      /^FailedMount: MountVolume\.SetUp failed for volume "a": configmap "a" not found/,
      'POD_CREATION_FAILED',
    ],
  ])(
    'shows what %s says, and ends with it after the limit',
    async (_who, inject, reason, status) => {
      inject(system.sandbox.faults);
      const { id, shown } = await untilShown(reason);
      expect(leftSeconds(shown)).toBeGreaterThan(LIMIT_SECONDS - 2);
      const ended = await system.api.end(id, 30_000);
      expect(ended.status).toBe(status);
      expect(ended.reason).toMatch(reason);
      expect(ended.reason).toMatch(/ \(after (5|10) s\)$/);
      expect(ended).not.toHaveProperty('waits_until');
    },
    60_000,
  );

  it('runs once there is room for its pod', async () => {
    system.sandbox.faults.setQuota({ pods: 0 });
    const { id } = await untilShown(/exceeded quota/);
    system.sandbox.faults.setQuota(null);
    const ended = await system.api.end(id, 30_000);
    expect(ended).toMatchObject({ status: 'FINISHED' });
    expect(ended).not.toHaveProperty('reason');
  }, 60_000);

  it('says which right is missing if only events would say why', async () => {
    const message = 'events is forbidden: User "proctor" cannot list resource "events" in API group ""';
    const effect = { kind: 'status', code: 403, message } as const;
    system.sandbox.faults.failRequests({ resource: 'events', effect });
    system.sandbox.faults.dropWatches('events');
    await system.workers.at(-1)!.waitForOutput(/events is forbidden/);
    system.sandbox.faults.setQuota({ pods: 0 });
    const { id } = await untilShown(
      /has not become active; only events say why.*cannot list resource "events"/,
    );
    expect(await system.api.end(id, 30_000)).toMatchObject({ status: 'JOB_CREATION_FAILED' });
  }, 60_000);
});

describe('a user who waits for an execution', () => {
  const SENTENCE = '0/3 nodes are available: 3 Insufficient memory.';
  const waiting = new RegExp(`Unschedulable: ${SENTENCE} \\(for up to \\d+ s more\\)`);

  it('is told by execute and logs what it waits for, once, and for how long', async () => {
    system.sandbox.faults.holdPods(SENTENCE);
    const { email, token } = system.api.identity;
    const env = { PROCTOR_HOST: system.gatewayUrl, EMAIL_ID: email, ACCESS_TOKEN: token };
    const startedAt = Date.now();
    let toldAfterMs = 0;
    const onStderr = (soFar: string) => {
      if (soFar.includes(SENTENCE)) toldAfterMs ||= Date.now() - startedAt;
    };
    const executed = runCliHere(['execute', SCRIPT_PROC, 'SCRIPT=true'], env, '', onStderr);
    await until(() => toldAfterMs > 0, 10_000);
    const [row] = await system.query<{ id: string }>('select max(id) as id from execution');
    const read = await runCliHere(['logs', row!.id], env);
    const { stderr, exitCode } = await executed;
    expect(stderr).toMatch(waiting);
    expect(stderr.split('Waiting: ')).toHaveLength(2);
    expect(read.stderr).toMatch(/^Waiting: Unschedulable: /m);
    expect(exitCode).not.toBe(0);
    expect(toldAfterMs).toBeLessThan(2 * SHOWN_WITHIN_MS);
  }, 60_000);

  it('is told by the log stream, as a line that is not stored', async () => {
    system.sandbox.faults.holdPods(SENTENCE);
    const { id } = await system.api.run('echo started');
    const startedAt = Date.now();
    let toldAfterMs = 0;
    const noteArrival = ({ text }: { text: string }) => {
      if (text.includes(SENTENCE)) toldAfterMs ||= Date.now() - startedAt;
    };
    const streamed = system.api.stream(id, noteArrival, { reasons: true });
    await until(() => toldAfterMs > 0, 10_000);
    system.sandbox.faults.releasePods();
    const texts = (await streamed).map(({ text }) => text);
    expect(texts).toHaveLength(2);
    expect(texts[0]).toMatch(/^\[proctor: waiting: Unschedulable: 0\/3 nodes .*\]$/);
    expect(texts[1]).toBe('started');
    expect(await system.api.log(id)).toBe('started\n');
    expect(toldAfterMs).toBeLessThan(SHOWN_WITHIN_MS);
  }, 60_000);
});

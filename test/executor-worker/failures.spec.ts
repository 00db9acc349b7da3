import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubeConfig, BatchV1Api } from '@kubernetes/client-node';
import { until } from '../support/api-client.js';
import type { ServiceProcess } from '../support/service-process.js';
import { startSystem, type System } from '../support/system.js';

/** Prints the numbers from 1 on, ten a second. */
const count = (n: number) => `i=0; while [ $i -lt ${n} ]; do i=$((i+1)); echo line $i; sleep 0.1; done`;
const counted = (n: number) => Array.from({ length: n }, (_, i) => `line ${i + 1}\n`).join('');

describe('an execution during failures', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ workers: 2, ownPostgres: true });
  }, 60_000);
  afterAll(() => system?.stop(), 60_000);

  const runsOf = (jobName: string) => system.sandbox.history().filter((run) => run.jobName === jobName);

  /** Waits until a second worker has claimed an execution. */
  async function untilTakenOver(id: number, withinMs: number): Promise<void> {
    await until(async () => {
      const [row] = await system.query<{ n: number }>(
        'select lease_epoch as n from execution where id = $1',
        [id],
      );
      return (row?.n ?? 0) >= 2;
    }, withinMs);
  }

  /** The worker that follows the execution. */
  async function followerOf(id: number): Promise<ServiceProcess> {
    const [row] = await system.query<{ worker_id: string }>('select worker_id from execution where id = $1', [
      id,
    ]);
    const worker = system.workers.find(({ pid }) => row?.worker_id.includes(`-${pid}-`));
    if (!worker) throw new Error(`no worker follows ${id}: ${row?.worker_id}`);
    return worker;
  }

  async function storedLines(id: number): Promise<number> {
    const [row] = await system.query<{ n: number }>(
      'select count(*)::int as n from execution_log where execution_id = $1',
      [id],
    );
    return row?.n ?? 0;
  }

  async function expectCompleteRun(id: number, name: string, lines: number): Promise<void> {
    expect(await system.api.end(id, 90_000)).toMatchObject({ status: 'FINISHED', exit_code: 0 });
    expect(await system.api.log(id)).toBe(counted(lines));
    expect(runsOf(name)).toHaveLength(1);
  }

  async function startCounting(lines: number) {
    const { id, name } = await system.api.run(count(lines));
    await system.api.waitForStatus(id, 'POD_READY');
    // Part of the log is stored; a failure must neither lose nor repeat it.
    await until(async () => (await storedLines(id)) >= 5, 20_000);
    return { id, name, worker: await followerOf(id) };
  }

  it('continues after kill -9 of its worker: one Job, each line once', async () => {
    const { id, name, worker } = await startCounting(60);
    worker.kill('SIGKILL');
    await system.startWorker();
    await expectCompleteRun(id, name, 60);
  }, 120_000);

  it('is taken over within two seconds after SIGTERM of its worker', async () => {
    const { id, name, worker } = await startCounting(60);
    const at = Date.now();
    const stopped = worker.stop();
    await untilTakenOver(id, 10_000);
    expect(Date.now() - at).toBeLessThan(2_000);
    expect(await stopped).toBe(0);
    await system.startWorker();
    await expectCompleteRun(id, name, 60);
  }, 120_000);

  it('continues after its worker froze past its lease; the writes of that worker are refused', async () => {
    const { id, name, worker } = await startCounting(300);
    worker.kill('SIGSTOP');
    await untilTakenOver(id, 60_000);
    worker.kill('SIGCONT');
    await worker.waitForOutput(
      new RegExp(`${id}.*(another worker has taken this execution over|the queue entry was lost)`),
    );
    await expectCompleteRun(id, name, 300);
  }, 150_000);

  it('ends correctly if Redis is flushed mid-run', async () => {
    const running = await startCounting(60);
    const { Redis } = await import('ioredis');
    const redis = new Redis(system.redis.port, '127.0.0.1');
    await redis.flushall();
    redis.disconnect();
    const waiting = await system.api.run(count(1));
    await expectCompleteRun(running.id, running.name, 60);
    await expectCompleteRun(waiting.id, waiting.name, 1);
  }, 120_000);

  it('is accepted while Redis is unavailable, and runs when it is back', async () => {
    const running = await startCounting(150);
    await system.redis.stop();
    const at = Date.now();
    const accepted = await system.api.run(count(1));
    expect(Date.now() - at).toBeLessThan(2_500);
    await until(async () => {
      const reply = await fetch(`${system.gatewayUrl}/health/ready`);
      return reply.status === 200 && ((await reply.json()) as { status: string }).status === 'degraded';
    }, 5_000);
    await sleep(10_000);
    await system.redis.start();
    await expectCompleteRun(accepted.id, accepted.name, 1);
    await expectCompleteRun(running.id, running.name, 150);
  }, 150_000);

  it('is refused with 503 while Postgres is unavailable; a running one ends correctly when it is back', async () => {
    const running = await startCounting(150);
    await system.postgres?.stop();
    await until(async () => (await fetch(`${system.gatewayUrl}/health/ready`)).status === 503, 5_000);
    const refused = await system.api.request('POST', '/execution', { name: 'run-script', args: {} });
    expect(refused.status).toBe(503);
    await sleep(10_000);
    await system.postgres?.start();
    await expectCompleteRun(running.id, running.name, 150);
  }, 150_000);

  it('does not run again after its Job was deleted by hand', async () => {
    const { id, name } = await startCounting(300);
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(system.sandbox.kubeconfigPath);
    await kubeConfig.makeApiClient(BatchV1Api).deleteNamespacedJob({
      name,
      namespace: 'default',
      propagationPolicy: 'Background',
      gracePeriodSeconds: 1,
    });
    const end = await system.api.end(id, 60_000);
    expect(end.status).toBe('POD_FAILED');
    expect(end.reason).toContain('job vanished');
    expect(runsOf(name)).toHaveLength(1);
  }, 90_000);

  it('survives killed workers in a burst: each runs once, none is lost', async () => {
    const submitted = await Promise.all(
      Array.from({ length: 60 }, (_, i) => system.api.run(`echo ${i}; sleep 0.3; echo done ${i}`)),
    );
    await sleep(500);
    system.workers.at(-1)?.kill('SIGKILL');
    await system.startWorker();
    for (const [i, { id, name }] of submitted.entries()) {
      expect(await system.api.end(id, 90_000)).toMatchObject({ status: 'FINISHED' });
      expect(await system.api.log(id)).toBe(`${i}\ndone ${i}\n`);
      expect(runsOf(name)).toHaveLength(1);
    }
  }, 150_000);
});

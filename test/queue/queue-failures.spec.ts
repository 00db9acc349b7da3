import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { LOCK_DURATION_MS, STALLED_INTERVAL_MS } from '@app/queue';
import { until } from '../support/api-client.js';
import { setUpQueue } from '../support/set-up-queue.js';
import { follow } from '../support/test-queue.js';

const own = setUpQueue();

describe('the queue during failures', () => {
  it('delivers the executions of a killed process again', async () => {
    const script = `
      const { Worker } = await import('bullmq');
      new Worker('executions', () => { console.log('taken'); return new Promise(() => {}); }, {
        connection: { host: '127.0.0.1', port: ${own.redis.port} }, prefix: '${own.queue.prefix}',
        lockDuration: ${LOCK_DURATION_MS}, stalledInterval: ${STALLED_INTERVAL_MS} });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await own.queue.open().add([1]);
    await once(child.stdout, 'data');
    const seen: number[] = [];
    own.queue.consume(follow((id) => seen.push(id)));
    child.kill('SIGKILL');
    const at = performance.now();
    await until(() => seen.length > 0, 25_000);
    expect(seen).toEqual([1]);
    expect(performance.now() - at).toBeLessThan(25_000);
  }, 40_000);

  it('stops and awaits the first of two deliveries to one process, and keeps the lock of the second', async () => {
    const events: string[] = [];
    let deliveries = 0;
    own.queue.consume(async (_id, lease, signal) => {
      const n = ++deliveries;
      events.push(`begin ${n}`);
      await once(signal, 'abort');
      events.push(`${String(signal.reason)} ${n}, renewed: ${await lease.renew()}`);
      await sleep(500);
      events.push(`end ${n}`);
      return signal.reason === 'hand_over' ? { kind: 'hand_over' } : { kind: 'done' };
    });
    const entries = own.queue.open();
    await entries.add([1]);
    await until(() => deliveries === 1, 5_000);
    await own.queue.flushAll();
    // The sweep of another process has seen it at once.
    await entries.add([1]);
    await until(() => deliveries === 2, 10_000);
    await sleep(LOCK_DURATION_MS + 3_000);
    expect(events).toEqual(['begin 1', 'lease_lost 1, renewed: false', 'end 1', 'begin 2']);
    expect(
      await own.queue.command((client) => client.pttl(`${own.queue.prefix}:executions:execution-1:lock`)),
    ).toBeGreaterThan(0);
  }, 40_000);

  it('stops within seconds while Redis is unavailable', async () => {
    const consumer = own.queue.consume(follow(() => undefined));
    await own.queue.open().add([1]);
    await until(() => consumer.size === 1, 5_000);
    const idle = own.queue.consume(follow(() => undefined));
    await own.redis.stop();
    try {
      const at = performance.now();
      await Promise.all([consumer.stop(), idle.stop()]);
      expect(performance.now() - at).toBeLessThan(16_000);
    } finally {
      await own.redis.start();
    }
  }, 40_000);
});

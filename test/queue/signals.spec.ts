import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload, type MicroserviceOptions } from '@nestjs/microservices';
import { Redis } from 'ioredis';
import { DEFAULT_POD_SETTINGS } from '@app/domain';
import { registerController } from '@app/platform';
import {
  listenForSignals,
  ExecutionUpdates,
  UpdatesSubscriber,
  SIGNALS,
  SignalSender,
  signalServerOptions,
  type RedisSettings,
} from '@app/queue';
import { until } from '../support/api-client.js';
import { startOwnRedis, type OwnRedis } from '../support/servers.js';

let redis: OwnRedis;
let settings: RedisSettings;
const cleanUps: (() => unknown)[] = [];
beforeAll(async () => {
  redis = await startOwnRedis();
  settings = { host: '127.0.0.1', port: redis.port, password: undefined };
}, 30_000);
afterAll(() => redis?.remove(), 30_000);
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const ignore = () => undefined;

function publisher(installationId: string): ExecutionUpdates {
  const updates = new ExecutionUpdates(settings, installationId, ignore);
  cleanUps.push(() => updates.close());
  return updates;
}

function subscriber(installationId: string): UpdatesSubscriber {
  const updates = new UpdatesSubscriber(settings, installationId, ignore);
  cleanUps.push(() => updates.close());
  return updates;
}

describe('updates of executions', () => {
  it('reach the listeners of that execution in that installation until they stop', async () => {
    const [a, b] = [publisher('a'), publisher('b')];
    const heard: string[] = [];
    const listener = subscriber('a');
    const stop = listener.listen(1, () => heard.push('first'));
    listener.listen(1, () => heard.push('second'));
    // Subscribed last: once its updates arrive, those of execution 1 do too.
    let heardOfLast = 0;
    listener.listen(9, () => heardOfLast++);
    // The first call is for the connection, the second for the update.
    await until(() => {
      a.publish([9]);
      return heardOfLast >= 2;
    }, 5_000);
    heard.length = 0;
    b.publish([1]);
    a.publish([2]);
    a.publish([1, 3]);
    await until(() => heard.length === 2, 10_000);
    stop();
    a.publish([1]);
    await until(() => heard.length === 3, 10_000);
    await sleep(100);
    expect(heard).toEqual(['first', 'second', 'second']);
  });

  it('can be subscribed to again after the last listener stopped', async () => {
    const updates = publisher('a');
    const listener = subscriber('a');
    listener.listen(5, ignore)();
    let heard = 0;
    listener.listen(5, () => heard++);
    await until(() => {
      updates.publish([5]);
      return heard > 0;
    }, 5_000);
  });

  it('survive a restart of Redis, after which all listeners are notified', async () => {
    const updates = publisher('a');
    let heard = 0;
    subscriber('a').listen(1, () => heard++);
    await until(() => {
      updates.publish([1]);
      return heard > 0;
    }, 5_000);
    await redis.stop();
    await sleep(200);
    heard = 0;
    updates.publish([1]);
    await redis.start();
    await until(() => heard > 0, 5_000);
    const before = heard;
    await until(() => {
      updates.publish([1]);
      return heard > before;
    }, 5_000);
  }, 20_000);
});

describe('signals', () => {
  const heard: unknown[] = [];
  let sender: SignalSender;

  @Controller()
  class Listener {
    constructor(private readonly onData: (data: unknown) => void) {}

    @EventPattern(SIGNALS.cancelRequested.pattern)
    cancelRequested(@Payload() data: unknown): void {
      this.onData(data);
    }
  }

  @Module({ controllers: [registerController(new Listener((data) => heard.push(data)))] })
  class ListenerModule {}

  async function startListening() {
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(ListenerModule, {
      ...signalServerOptions(settings),
      logger: false,
    });
    const stop = listenForSignals(() => app.listen(), settings, ignore);
    cleanUps.push(async () => {
      stop();
      await app.close();
    });
    return app;
  }

  const sendUntilHeard = (executionId: number) =>
    until(async () => {
      await sender.send('cancelRequested', { executionId });
      return heard.some((data) => (data as { executionId: number }).executionId === executionId);
    }, 10_000);

  it('arrive even if Redis started later than the listener or was restarted', async () => {
    await redis.stop();
    sender = new SignalSender(settings, 'a', ignore);
    cleanUps.push(() => sender.close());
    // Lost, and nothing is thrown.
    await sender.send('cancelRequested', { executionId: 1 });
    await startListening();
    await sleep(300);
    await redis.start();
    await sendUntilHeard(1);
    await redis.stop();
    await redis.start();
    await sendUntilHeard(2);
    expect(heard).toContainEqual({ installationId: 'a', executionId: 2 });
  }, 30_000);

  it('do not block the stop of a service while Redis hangs', async () => {
    sender = new SignalSender(settings, 'a', ignore);
    cleanUps.push(() => sender.close());
    const app = await startListening();
    await sendUntilHeard(3);
    await redis.kill('SIGSTOP');
    try {
      expect(await Promise.race([app.close().then(() => 'closed'), sleep(3_000)])).toBe('closed');
    } finally {
      await redis.kill('SIGCONT');
    }
  }, 30_000);

  it('carry questions to one process of an installation, and its answer back', async () => {
    const [a, same, b] = ['a', 'a', 'b'].map((id) => new SignalSender(settings, id, ignore)) as [
      SignalSender,
      SignalSender,
      SignalSender,
    ];
    for (const each of [a, same, b]) cleanUps.push(() => each.close());
    const snapshot = { timeoutSeconds: null, retries: null, requiredSecrets: [], organization: '' };
    const proc = { name: 'x', image: 'x:1', args: {}, snapshot: { ...snapshot, pod: DEFAULT_POD_SETTINGS } };
    const question = { proc };
    const connection = new Redis(redis.port);
    cleanUps.push(() => connection.disconnect());
    await connection.subscribe(SIGNALS.jobCheck.pattern);
    let react: (questionId: string) => Promise<unknown> = async () => undefined;
    connection.on('message', (_, message) => {
      const signal = SIGNALS.jobCheck.payload.parse((JSON.parse(message) as { data: unknown }).data);
      expect(signal).toMatchObject({ installationId: 'a', proc: question.proc });
      void react(signal.questionId);
    });
    const ask = (timeoutMs: number) =>
      a.ask('jobCheck', question, { claimMs: 100, signal: AbortSignal.timeout(timeoutMs) });
    // The connections may not be ready yet.
    react = (id) => a.claim(id);
    await until(async () => (await ask(300)).isClaimed, 5_000);

    react = async () => undefined;
    expect(await ask(5_000)).toEqual({ isClaimed: false, value: null });
    react = (id) => b.claim(id).then(() => b.answer(id, 'of another installation'));
    expect(await ask(5_000)).toEqual({ isClaimed: false, value: null });
    react = (id) => a.claim(id);
    expect(await ask(300)).toEqual({ isClaimed: true, value: null });
    const claims: boolean[] = [];
    react = async (id) => {
      claims.push(await a.claim(id), await same.claim(id));
      await sleep(200);
      await same.answer(id, { outcome: 'accepted' });
    };
    expect(await ask(5_000)).toEqual({ isClaimed: true, value: { outcome: 'accepted' } });
    expect(claims).toEqual([true, false]);
  }, 20_000);

  it.each([
    {},
    { installationId: 'a' },
    { installationId: 'a', executionId: '1' },
    { installationId: 1, executionId: 1 },
    null,
  ])('ignore %j', (data) => {
    expect(SIGNALS.cancelRequested.payload.safeParse(data).success).toBe(false);
  });
});

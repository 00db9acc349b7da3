import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload, type MicroserviceOptions } from '@nestjs/microservices';
import {
  listenForSignals,
  ExecutionUpdates,
  NewsSubscriber,
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
  const news = new ExecutionUpdates(settings, installationId, ignore);
  cleanUps.push(() => news.close());
  return news;
}

function subscriber(installationId: string): NewsSubscriber {
  const news = new NewsSubscriber(settings, installationId, ignore);
  cleanUps.push(() => news.close());
  return news;
}

describe('news of executions', () => {
  it('reach whoever listens to that execution in that installation, until they stop', async () => {
    const [a, b] = [publisher('a'), publisher('b')];
    const heard: string[] = [];
    const listener = subscriber('a');
    const stop = listener.listen(1, () => heard.push('first'));
    listener.listen(1, () => heard.push('second'));
    // Listened to last: whoever hears of it hears of the other one.
    let heardOfLast = 0;
    listener.listen(9, () => heardOfLast++);
    // Once because Redis is there, then because of the news.
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

  it('can be listened to again after the last listener went', async () => {
    const news = publisher('a');
    const listener = subscriber('a');
    listener.listen(5, ignore)();
    let heard = 0;
    listener.listen(5, () => heard++);
    await until(() => {
      news.publish([5]);
      return heard > 0;
    }, 5_000);
  });

  it('survive a restart of Redis, and everybody is told to look again after it', async () => {
    const news = publisher('a');
    let heard = 0;
    subscriber('a').listen(1, () => heard++);
    await until(() => {
      news.publish([1]);
      return heard > 0;
    }, 5_000);
    await redis.stop();
    await sleep(200);
    heard = 0;
    news.publish([1]);
    await redis.start();
    await until(() => heard > 0, 5_000);
    const before = heard;
    await until(() => {
      news.publish([1]);
      return heard > before;
    }, 5_000);
  }, 20_000);
});

describe('signals', () => {
  const heard: unknown[] = [];
  let sender: SignalSender;

  @Controller()
  class Listener {
    @EventPattern(SIGNALS.cancelRequested.pattern)
    cancelRequested(@Payload() data: unknown): void {
      heard.push(data);
    }
  }

  @Module({ controllers: [Listener] })
  class ListenerModule {}

  async function startListening() {
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(ListenerModule, {
      ...signalServerOptions(settings),
      logger: false,
    });
    await app.init();
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

  it('arrive, also when Redis came later than the listener or was restarted', async () => {
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

  it('do not keep a service from its shutdown hooks while Redis hangs', async () => {
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

  it.each([
    {},
    { installationId: 'a' },
    { installationId: 'a', executionId: '1' },
    { installationId: 1, executionId: 1 },
    null,
  ])('take %j for no cancel', (data) => {
    expect(SIGNALS.cancelRequested.payload.safeParse(data).success).toBe(false);
  });
});

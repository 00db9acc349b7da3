import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { startOwnRedis, type OwnRedis } from './servers.js';
import { TestQueue } from './test-queue.js';

/**
 * Registers hooks that give the file a Redis, and each test a queue on it. Read the result inside tests and hooks only.
 */
export function setUpQueue(): { readonly redis: OwnRedis; readonly queue: TestQueue } {
  const current = {} as { redis: OwnRedis; queue: TestQueue };
  beforeAll(async () => {
    current.redis = await startOwnRedis();
  }, 30_000);
  afterAll(() => current.redis?.remove(), 30_000);
  beforeEach(() => {
    current.queue = new TestQueue(current.redis);
  });
  afterEach(() => current.queue.close(), 30_000);
  return current;
}

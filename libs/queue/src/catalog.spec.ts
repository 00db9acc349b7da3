import { describe, expect, it } from '@jest/globals';
import { keyPrefix, LOCK_DURATION_MS, QUEUES, STALLED_INTERVAL_MS } from './catalog.js';

const { executions } = QUEUES;

describe('the queue of executions', () => {
  it('gives each execution its own job id, which BullMQ accepts', () => {
    const names = [1, 12, Number.MAX_SAFE_INTEGER].map((executionId) => executions.jobId({ executionId }));
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^[a-z]+-\d+$/);
    expect(keyPrefix('1a2b')).not.toContain(':');
  });

  it.each([
    {},
    { executionId: 0 },
    { executionId: '1' },
    { executionId: 1.5 },
    { executionId: 2 ** 53 },
    null,
  ])('rejects %j', (payload) => {
    expect(executions.payload.safeParse(payload).success).toBe(false);
  });

  it('passes on the executions of a killed worker within 30 seconds', () => {
    expect(LOCK_DURATION_MS + 2 * STALLED_INTERVAL_MS).toBeLessThanOrEqual(30_000);
  });

  it('removes entries that are over, which would block the next one with their id', () => {
    expect(executions.options).toMatchObject({ removeOnComplete: true, removeOnFail: true });
  });
});

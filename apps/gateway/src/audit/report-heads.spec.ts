import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ChainHead } from '@app/database';
import { ReportHeads } from './report-heads.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function setUp() {
  const logged: unknown[] = [];
  const sent: ChainHead[] = [];
  const logger = { info: (fields: object) => void logged.push(fields) };
  const webhook = { send: (head: ChainHead) => void sent.push(head), close: async () => undefined };
  return { logged, sent, heads: new ReportHeads({ logger: logger as never, webhook }) };
}

const head = (n: number) => ({ n, hash: String(n).repeat(64) });

describe('ReportHeads', () => {
  it('reports the first head at once, then the newest one a minute, and none again', () => {
    const { heads, logged, sent } = setUp();
    for (const n of [1, 2, 3]) heads.note(head(n));
    expect(logged).toEqual([head(1)]);
    jest.advanceTimersByTime(60_000);
    expect(logged).toEqual([head(1), head(3)]);
    jest.advanceTimersByTime(600_000);
    heads.note(head(3));
    expect(logged).toHaveLength(2);
    heads.note(head(4));
    expect(sent).toEqual([head(1), head(3), head(4)]);
  });

  it('reports what is left when it is closed', async () => {
    const { heads, logged } = setUp();
    for (const n of [1, 2]) heads.note(head(n));
    await heads.close();
    expect(logged).toEqual([head(1), head(2)]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('reports a head with the number of an earlier one, but another hash', async () => {
    const { heads, logged } = setUp();
    heads.note(head(1));
    heads.note({ n: 1, hash: 'another' });
    await heads.close();
    expect(logged).toEqual([head(1), { n: 1, hash: 'another' }]);
  });
});

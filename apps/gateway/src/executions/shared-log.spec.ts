import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LogRow } from '@app/database';
import { SharedLog } from './shared-log.js';

let stored: LogRow[];
let reads: number;
let looks: number;

const logs = {
  read: async (_id: number, afterSeq: number) => {
    reads += 1;
    return stored.filter(({ seq }) => seq > afterSeq).slice(0, 2);
  },
};
const executions = {
  find: async () => {
    looks += 1;
    return null;
  },
};

beforeEach(() => {
  stored = [];
  reads = 0;
  looks = 0;
});

const row = (seq: number): LogRow => ({
  seq,
  kind: 'text',
  stampedAt: null,
  text: `line ${seq}`,
  endsLine: true,
});
const print = (seq: number) => stored.push(row(seq));
const allViewers = <T>(look: () => Promise<T>) => Promise.all(Array.from({ length: 500 }, look));

describe('SharedLog', () => {
  it('reads once for all viewers at the same position', async () => {
    const log = new SharedLog(logs, executions);
    print(1);
    const pages = await allViewers(() => log.read(5, 0));
    await allViewers(() => log.find(5));
    expect({ reads, looks }).toEqual({ reads: 1, looks: 1 });
    expect(pages.every((page) => page === pages[0])).toBe(true);
  });

  it('caches rows for viewers that are slightly behind', async () => {
    const log = new SharedLog(logs, executions);
    print(1);
    await log.read(5, 0);
    expect(await log.read(5, 0)).toEqual([row(1)]);
    expect(reads).toBe(1);
    expect(await log.read(6, 0)).toEqual([row(1)]);
    expect(reads).toBe(2);
  });

  it('never answers from the cache that there are no more rows', async () => {
    const log = new SharedLog(logs, executions);
    expect(await log.read(5, 0)).toEqual([]);
    print(1);
    expect(await log.read(5, 0)).toEqual([row(1)]);
    expect(await log.read(5, 1)).toEqual([]);
    print(2);
    expect(await log.read(5, 1)).toEqual([row(2)]);
  });

  it('limits the size of the cache', async () => {
    const log = new SharedLog(logs, executions, 1_000);
    for (let seq = 1; seq <= 100; seq++) print(seq);
    for (let after = 0; after < 100; after += 2) await log.read(5, after);
    reads = 0;
    await log.read(5, 98);
    expect(reads).toBe(0);
    await log.read(5, 0);
    expect(reads).toBe(1);
  });
});

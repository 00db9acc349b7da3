import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ChainHead, SealedBatch } from '@app/database';
import { createLogger } from '@app/platform';
import { AuditSealer } from './audit-sealer.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A chain in memory. */
class Chain {
  unsealed = 0;
  n = 0;
  looks = 0;
  isAway = false;
  hashOf = (n: number) => String(n);

  async sealNext(_key: Uint8Array, limit: number, known: ChainHead | null): Promise<SealedBatch> {
    this.looks += 1;
    if (this.isAway) throw new Error('away');
    const knownHash = known && known.n <= this.n ? this.hashOf(known.n) : null;
    const count = Math.min(limit, this.unsealed);
    this.unsealed -= count;
    this.n += count;
    const head = this.n === 0 ? null : { n: this.n, hash: this.hashOf(this.n) };
    return { count, head, knownHash };
  }
}

function setUp() {
  const chain = new Chain();
  const lines: string[] = [];
  const heads: ChainHead[] = [];
  const sealer = new AuditSealer({
    seals: chain,
    keys: { readOrCreate: async () => Buffer.alloc(32) },
    noteHead: (head) => void heads.push(head),
    logger: createLogger({
      service: 'test',
      level: 'info',
      destination: { write: (line) => lines.push(line) },
    }),
  });
  return { chain, lines, heads, sealer };
}

describe('AuditSealer', () => {
  it('seals a backlog batch by batch, then waits for rows', async () => {
    const { chain, heads, sealer } = setUp();
    chain.unsealed = 1_200;
    sealer.start();
    await jest.advanceTimersByTimeAsync(1_000);
    expect([chain.unsealed, heads.at(-1)]).toEqual([0, { n: 1_200, hash: '1200' }]);
    const looks = chain.looks;
    await jest.advanceTimersByTimeAsync(5_000);
    expect(chain.looks).toBe(looks);
    chain.unsealed = 2;
    sealer.wake();
    await jest.advanceTimersByTimeAsync(600);
    expect([chain.unsealed, chain.looks]).toEqual([0, looks + 1]);
    await sealer.close();
  });

  it('finds the rows of other processes within seconds', async () => {
    const { chain, sealer } = setUp();
    sealer.start();
    await jest.advanceTimersByTimeAsync(0);
    chain.unsealed = 1;
    await jest.advanceTimersByTimeAsync(11_000);
    expect(chain.unsealed).toBe(0);
    await sealer.close();
  });

  it('retries with a back-off, and says so', async () => {
    const { chain, lines, sealer } = setUp();
    chain.isAway = true;
    chain.unsealed = 1;
    sealer.start();
    await jest.advanceTimersByTimeAsync(30_000);
    expect(chain.looks).toBeLessThan(10);
    expect(lines.join('')).toContain('could not seal audit rows');
    chain.isAway = false;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(chain.unsealed).toBe(0);
    await sealer.close();
  });

  it('seals what is left when it is closed', async () => {
    const { chain, heads, sealer } = setUp();
    sealer.start();
    await jest.advanceTimersByTimeAsync(0);
    chain.unsealed = 3;
    await sealer.close();
    expect(heads).toEqual([{ n: 3, hash: '3' }]);
  });

  it.each<[string, (chain: Chain) => void]>([
    ['was cut', (chain) => (chain.n = 2)],
    ['was rewritten', (chain) => (chain.hashOf = (n) => `other ${n}`)],
  ])('logs an error once when the chain %s', async (_, attack) => {
    const { chain, lines, sealer } = setUp();
    chain.unsealed = 5;
    sealer.start();
    await jest.advanceTimersByTimeAsync(0);
    attack(chain);
    await jest.advanceTimersByTimeAsync(60_000);
    const errors = lines.filter((line) => line.includes('the audit chain was cut or changed'));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('"missing":{"n":5,"hash":"5"}');
    await sealer.close();
  });
});

import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuditEntry, AuditFilter, SealedAuditEvent } from '@app/database';
import { FULL_SCOPE } from '@app/domain';
import { createLogger } from '@app/platform';
import { AuditTrail } from './audit-trail.js';
import type { Caller } from '../authentication/caller.js';
import { OpenStreams } from '../executions/open-streams.js';
import { ExportAudit } from './export-audit.js';

const caller: Caller = {
  user: { email: 'ada@x.y', name: '', active: true, groups: [] },
  isAdmin: true,
  scope: FULL_SCOPE,
  tokenId: null,
  address: '192.0.2.1',
  credentialExpiresAt: null,
  acceptedUntil: null,
};
const log = createLogger({ service: 'test', level: 'info', destination: { write: () => {} } });

/** Events in memory, a kilobyte each. */
class Events {
  readonly events: SealedAuditEvent[] = [];
  pages = 0;
  failure: Error | null = null;
  onPage = () => {};

  constructor(count: number) {
    for (let n = 1; n <= count; n++) this.add();
  }

  add(entry: Partial<AuditEntry> = {}): void {
    const id = this.events.length + 1;
    const about = {
      actor: 'a',
      action: 'b',
      subject: 'x'.repeat(1_000),
      allowed: true,
      address: null,
      details: {},
    };
    this.events.push({ id, at: new Date(id), ...about, seal: null, ...entry });
  }

  async append(entry: AuditEntry): Promise<void> {
    this.add(entry);
  }

  async list(): Promise<SealedAuditEvent[]> {
    return this.events.slice(-1);
  }

  async exportFrom({ until }: AuditFilter, afterId: number, limit: number): Promise<SealedAuditEvent[]> {
    this.pages += 1;
    this.onPage();
    if (this.failure && this.pages > 1) throw this.failure;
    return this.events.filter(({ id, at }) => id > afterId && (!until || at < until)).slice(0, limit);
  }
}

function setUp(count: number, patienceMs = 60_000) {
  const store = new Events(count);
  const raw = Object.assign(new PassThrough(), { writeHead: () => raw });
  const reply = { hijack: () => ({ raw, getHeaders: () => ({}) }), getHeaders: () => ({}), raw };
  const streams = new OpenStreams(log);
  const requester = { ...caller };
  const reauthorizer = { identify: async () => requester };
  const audit = new ExportAudit(store, new AuditTrail(store, log), streams, reauthorizer, patienceMs, log);
  const request = { method: 'GET' } as FastifyRequest;
  const serve = (who = caller) => audit.serve({}, request, reply as unknown as FastifyReply, who);
  return { store, raw, serve, streams, requester };
}

async function readIds(raw: PassThrough): Promise<number[]> {
  let text = '';
  for await (const chunk of raw) text += String(chunk);
  return text
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: number }).id);
}

describe('ExportAudit', () => {
  it('sends the events that exist at the start, including its own, and none added later', async () => {
    const { store, raw, serve } = setUp(1_200);
    store.onPage = () => store.add();
    const [ids] = await Promise.all([readIds(raw), serve()]);
    expect(ids).toEqual(Array.from({ length: 1_201 }, (_, index) => index + 1));
  });

  it('ends when the reader is no longer an admin, and is no open stream after its end', async () => {
    const { store, raw, serve, streams, requester } = setUp(10_000);
    const served = serve();
    while (store.pages === 0) await sleep(1);
    expect(streams.count()).toBe(1);
    await streams.reauthorize();
    expect(raw.destroyed).toBe(false);
    requester.isAdmin = false;
    await streams.reauthorize();
    expect(raw.destroyed).toBe(true);
    await served;
    expect([streams.count(), store.pages < 10]).toEqual([0, true]);
  });

  it('ends when the credential of the reader expires', async () => {
    const { raw, serve, streams } = setUp(10_000);
    const served = serve({ ...caller, acceptedUntil: new Date(Date.now() + 100) });
    await new Promise((resolve) => raw.on('close', resolve));
    await served;
    expect([raw.destroyed, streams.count()]).toEqual([true, 0]);
  });

  it('reads a page only when the reader has room for it', async () => {
    const { store, raw, serve } = setUp(10_000);
    const served = serve();
    await sleep(50);
    expect(store.pages).toBe(1);
    const ids = await readIds(raw);
    await served;
    expect(ids).toHaveLength(10_001);
  });

  it('ends when the reader disconnects', async () => {
    const { store, raw, serve } = setUp(10_000);
    const served = serve();
    await sleep(20);
    raw.destroy();
    await served;
    expect(store.pages).toBe(1);
  });

  it('cuts off a reader that takes nothing for too long, and one it cannot send the rest to', async () => {
    const slow = setUp(10_000, 20);
    await slow.serve();
    expect(slow.raw.destroyed).toBe(true);

    const broken = setUp(10_000);
    broken.store.failure = new Error('away');
    const reading = readIds(broken.raw);
    await broken.serve();
    await expect(reading).rejects.toThrow();
  });
});

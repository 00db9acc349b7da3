import { describe, expect, it } from '@jest/globals';
import type { Blackout } from '@app/domain';
import { listNextTimes } from './list-next-times.js';

const AFTER = new Date('2026-12-31T22:30:00Z');
const hourly = { cron: '0 * * * *', at: null, timeZone: 'UTC', blackouts: [] as Blackout[] };

const iso = (times: readonly Date[]) => times.map((time) => time.toISOString().slice(0, 16));

describe('listNextTimes', () => {
  it('lists the requested number of times', async () => {
    expect(iso(await listNextTimes(hourly, AFTER, 3))).toEqual([
      '2026-12-31T23:00',
      '2027-01-01T00:00',
      '2027-01-01T01:00',
    ]);
  });

  it('skips times in a blackout', async () => {
    const blackouts: Blackout[] = [
      { kind: 'once', from: new Date('2027-01-01T00:00:00Z'), until: new Date('2027-01-02T00:00:00Z') },
    ];
    expect(iso(await listNextTimes({ ...hourly, blackouts }, AFTER, 2))).toEqual([
      '2026-12-31T23:00',
      '2027-01-02T00:00',
    ]);
  });

  it('ends even if every time is in a blackout', async () => {
    const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
    const always: Blackout = { kind: 'weekly', days, from: '00:00', until: '00:00' };
    expect(await listNextTimes({ ...hourly, blackouts: [always] }, AFTER, 2)).toEqual([]);
  });

  it('lists the only time of a one-shot schedule', async () => {
    const at = new Date('2027-05-01T00:00:00Z');
    expect(await listNextTimes({ ...hourly, cron: '', at }, AFTER, 5)).toEqual([at]);
    expect(await listNextTimes({ ...hourly, cron: '', at: AFTER }, AFTER, 5)).toEqual([]);
  });
});

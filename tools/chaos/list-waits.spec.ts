import { expect, it } from '@jest/globals';
import type { Wait, WaitName } from './fault-effects.js';
import { listWaits } from './list-waits.js';

const at = (seconds: number) => 1_800_000_000_000 + seconds * 1_000;
const isoAt = (seconds: number) => new Date(at(seconds)).toISOString();
const wait = (name: WaitName, from: number, until: number): Wait => ({
  name,
  fromMs: at(from),
  untilMs: at(until),
});

it('lists the finished waits of submissions, ticks and emails', () => {
  const submission = { key: 'k', userEmail: 'u', script: { lines: 1, durationMs: 1, exitCode: 0 } };
  const seen = { refusals: [], cancel: null, seenEnds: [], viewedLines: null };
  const execution = {
    userEmail: 'u',
    scheduleId: null,
    status: 'FINISHED',
    reason: null,
    exitCode: 0,
    createdAtMs: at(1),
    endedAtMs: at(10),
  };
  const run = (jobUid: string, from: number, until: number | null) =>
    ({ jobUid, startedAt: isoAt(from), endedAt: until === null ? null : isoAt(until) }) as never;
  const delivery = {
    id: 1,
    event: 'ended',
    executionId: 1,
    recipient: 'r',
    state: 'sent',
    failedReason: null,
    eventAtMs: at(10),
  };
  const waits = listWaits({
    record: {
      seed: 1,
      submissions: [
        { ...submission, ...seen, proc: 'free', askedAtMs: at(0), acceptedIds: [1] },
        { ...submission, ...seen, proc: 'free', askedAtMs: at(0), acceptedIds: [] },
      ],
      schedules: [],
      procs: [
        { name: 'free', concurrencyLimit: null, retries: 0 },
        { name: 'limited', concurrencyLimit: 1, retries: 0 },
      ],
      faults: [],
      notifiedUsers: [],
      crashes: [],
    },
    executions: [
      { ...execution, id: 1, proc: 'free', jobUid: 'a' },
      { ...execution, id: 2, proc: 'limited', jobUid: 'b' },
      { ...execution, id: 3, proc: 'free', jobUid: 'c', endedAtMs: null },
      { ...execution, id: 4, proc: 'free', jobUid: null },
    ],
    // The first one has a second attempt.
    runs: [run('a', 4, 9), run('a', 2, 3), run('b', 5, 8), run('c', 2, null)],
    ticks: [
      { scheduleId: 1, fireAtMs: at(0.5), outcome: 'fired', executionId: 2 },
      { scheduleId: 1, fireAtMs: at(0.5), outcome: 'skipped', executionId: null },
    ],
    deliveries: [
      { ...delivery, channel: 'mail', sentAtMs: at(12) },
      { ...delivery, channel: 'mail', sentAtMs: null },
      { ...delivery, channel: 'slack', sentAtMs: at(12) },
    ],
  });
  expect(waits).toEqual([
    wait('answer', 0, 1),
    wait('start', 1, 2),
    wait('end', 9, 10),
    wait('end', 8, 10),
    wait('start', 1, 2),
    wait('tick', 0.5, 1),
    wait('mail', 10, 12),
  ]);
});

import { describe, expect, it } from '@jest/globals';
import { localTimeOf, nextFireAt } from '@app/cron';
import type { DueBatch, DueSchedule, PlannedTick } from '@app/database';
import { DEFAULT_SCHEDULE_POLICIES, OVERLAP_QUEUE_CAP, plainProc, type Schedule } from '@app/domain';
import { planFires, type FireRules } from './plan-fires.js';

const NOW = new Date('2026-11-22T12:00:00.500Z');
const TICK = new Date('2026-11-22T12:00:00Z');
const LATE = new Date(TICK.getTime() - 600_000);

const rules: FireRules = {
  nextFireAt,
  localTimeOf,
  describeProblem: () => null,
  lookAheadMs: 20,
};

function due(changes: Partial<Schedule> = {}, rest: Partial<DueSchedule> = {}): DueSchedule {
  return {
    schedule: {
      ...DEFAULT_SCHEDULE_POLICIES,
      id: 1,
      procName: 'p',
      args: { A: '1' },
      secretArgNames: [],
      tags: '',
      cron: '* * * * *',
      at: null,
      notificationEmails: [],
      userEmail: 'ada@example.org',
      group: 'ops',
      enabled: true,
      pausedReason: null,
      nextFireAt: TICK,
      createdAt: TICK,
      updatedAt: TICK,
      ...changes,
    },
    secretArgs: null,
    proc: {
      proc: plainProc('p', { imageName: 'i', allowUndeclaredArgs: true }),
      revision: 1,
      createdAt: TICK,
      updatedAt: TICK,
    },
    owner: { account: null, signIn: null },
    ...rest,
  };
}

const batch = (dues: DueSchedule[], rest: Partial<DueBatch> = {}): DueBatch => ({
  now: NOW,
  due: dues,
  room: {},
  ...rest,
});

const briefly = (ticks: readonly PlannedTick[]) =>
  ticks.map(({ outcome, run }) => (run ? `${outcome} ${run.waitingFor ?? 'now'}` : outcome));

describe('planFires', () => {
  it('fires what is due and moves on', () => {
    const plan = planFires(batch([due()]), rules);
    expect(plan.ticks).toMatchObject([
      { scheduleId: 1, fireAt: TICK, outcome: 'fired', run: { args: { A: '1' } } },
    ]);
    expect(plan.schedules).toEqual([{ kind: 'next', id: 1, nextFireAt: new Date('2026-11-22T12:01:00Z') }]);
  });

  it('ends a schedule that has no further tick', () => {
    const plan = planFires(batch([due({ cron: '', at: TICK })]), rules);
    expect(briefly(plan.ticks)).toEqual(['fired now']);
    expect(plan.schedules).toEqual([{ kind: 'done', id: 1, reason: 'It ran once.' }]);
  });

  it.each([
    [
      'a blackout',
      { blackouts: [{ kind: 'once' as const, from: TICK, until: NOW }] },
      {},
      'a blackout window covers that time.',
    ],
    [
      'an execution that goes on',
      { overlap: 'skip' as const },
      { liveBySchedule: new Map([[1, 1]]) },
      'the previous execution had not ended.',
    ],
    [
      'a scheduler that was down',
      { misfire: 'skip' as const, at: LATE, nextFireAt: LATE },
      {},
      'no scheduler fired it in time.',
    ],
  ])('says that a single run was skipped because of %s', (_, changes, room, reason) => {
    const plan = planFires(batch([due({ cron: '', at: TICK, ...changes })], { room }), rules);
    expect(plan.ticks).toMatchObject([{ run: null }]);
    expect(plan.schedules).toEqual([
      { kind: 'done', id: 1, reason: `It was due once and was skipped: ${reason}` },
    ]);
  });

  it('says why a single run was refused, by a full proc or because it must not run', () => {
    const once = due({ cron: '', at: TICK });
    const slots = new Map([['p', { limit: 1, whenFull: 'refuse' as const, taken: 1 }]]);
    expect(planFires(batch([once], { room: { slots } }), rules).schedules).toMatchObject([
      { kind: 'done', reason: expect.stringMatching(/^It was due once and was refused: .*limit/) as unknown },
    ]);
    const describeProblem = () => 'Its owner left.';
    expect(planFires(batch([once]), { ...rules, describeProblem }).schedules).toEqual([
      { kind: 'pause', id: 1, reason: 'It was due once and was refused: Its owner left.' },
    ]);
    expect(planFires(batch([{ ...once, proc: null }]), rules).schedules).toEqual([
      { kind: 'pause', id: 1, reason: 'It was due once and was refused: Its proc was removed.' },
    ]);
  });

  it('pauses a schedule that may not run before any of its ticks fires, and fires the others', () => {
    const describeProblem = ({ schedule }: DueSchedule) => (schedule.id === 1 ? 'No.' : null);
    const late = new Date(TICK.getTime() - 120_000);
    const plan = planFires(batch([due({ misfire: 'all', nextFireAt: late }), due({ id: 2 })]), {
      ...rules,
      describeProblem,
    });
    expect(plan.ticks).toMatchObject([
      { scheduleId: 1, outcome: 'refused', fireAt: late, reason: 'No.' },
      { scheduleId: 2, outcome: 'fired' },
    ]);
    expect(plan.schedules).toMatchObject([
      { kind: 'pause', id: 1, reason: 'No.' },
      { kind: 'next', id: 2 },
    ]);
  });

  it('does not check the owner for a tick in a blackout', () => {
    const blackouts = [{ kind: 'once' as const, from: TICK, until: NOW }];
    const describeProblem = () => 'No.';
    const plan = planFires(batch([due({ blackouts })]), { ...rules, describeProblem });
    expect(briefly(plan.ticks)).toEqual(['blacked_out']);
    expect(plan.schedules).toMatchObject([{ kind: 'next' }]);
  });

  it('pauses a schedule whose next run cannot be computed', () => {
    const plan = planFires(batch([due({ timeZone: 'Mars/Base' }), due({ id: 2 })]), rules);
    expect(plan.schedules).toMatchObject([
      { kind: 'pause', id: 1 },
      { kind: 'next', id: 2 },
    ]);
  });

  it.each([
    ['allow', 5, ['fired now', 'fired now', 'fired now']],
    ['skip', 0, ['fired now', 'overlapped', 'overlapped']],
    ['skip', 1, ['overlapped', 'overlapped', 'overlapped']],
    ['queue', 0, ['fired now', 'fired overlap', 'fired overlap']],
    ['queue', OVERLAP_QUEUE_CAP, ['fired overlap', 'overlapped', 'overlapped']],
  ] as const)('overlap %s with %d live executions', (overlap, live, expected) => {
    const nextFireAtOf = new Date(TICK.getTime() - 120_000);
    const given = due({ overlap, misfire: 'all', nextFireAt: nextFireAtOf });
    const room = { liveBySchedule: new Map([[given.schedule.id, live]]) };
    expect(briefly(planFires(batch([given], { room }), rules).ticks)).toEqual(expected);
  });

  it.each([
    ['queue', ['fired now', 'fired slot', 'fired slot']],
    ['refuse', ['fired now', 'refused', 'refused']],
  ] as const)('assigns each slot of a proc once (%s)', (whenFull, expected) => {
    const slots = new Map([['p', { limit: 3, whenFull, taken: 2 }]]);
    const plan = planFires(
      batch(
        [1, 2, 3].map((id) => due({ id })),
        { room: { slots } },
      ),
      rules,
    );
    expect(briefly(plan.ticks)).toEqual(expected);
    expect(plan.schedules.every(({ kind }) => kind === 'next')).toBe(true);
  });

  it('assigns the share of a user once', () => {
    const share = { max: 100, admittedByUser: new Map([['ada@example.org', 98]]) };
    const plan = planFires(
      batch(
        [1, 2, 3].map((id) => due({ id })),
        { room: { share } },
      ),
      rules,
    );
    expect(briefly(plan.ticks)).toEqual(['fired now', 'fired now', 'fired share']);
  });

  it('records missed ticks as one', () => {
    const given = due({ misfire: 'skip', nextFireAt: new Date(TICK.getTime() - 600_000) });
    const { ticks } = planFires(batch([given]), rules);
    expect(ticks).toMatchObject([
      {
        outcome: 'missed',
        count: 10,
        reason: 'no scheduler fired them in time; the last was due at 2026-11-22T11:59:00.000Z',
      },
      { outcome: 'fired', fireAt: TICK },
    ]);
  });
});

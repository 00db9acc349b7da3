import { describe, expect, it } from '@jest/globals';
import type { OverlapPolicy } from '../schedule/decide-overlap.js';
import {
  AdmissionRoom,
  OVERLAP_QUEUE_CAP,
  type Admission,
  type AdmissionRequest,
  type ProcSlots,
  type RoomFigures,
} from './admission-room.js';

const ADA = 'ada@example.org';
const byAda: AdmissionRequest = { origin: { kind: 'person' }, procName: 'p', userEmail: ADA };
const byClock = (overlap: OverlapPolicy): AdmissionRequest => ({
  ...byAda,
  origin: { kind: 'schedule', scheduleId: 1 },
  overlap,
});

const full = (whenFull: ProcSlots['whenFull']) => new Map([['p', { limit: 3, whenFull, taken: 3 }]]);
const pastShare = { max: 5, admittedByUser: new Map([[ADA, 5]]) };
const live = (n: number) => new Map([[1, n]]);

const brief = (admission: Admission) =>
  admission.kind === 'admitted'
    ? 'admitted'
    : `${admission.kind} ${'by' in admission ? admission.by : admission.for}`;

describe('AdmissionRoom', () => {
  it.each<[string, RoomFigures, AdmissionRequest, string]>([
    ['no figures', {}, byAda, 'admitted'],
    [
      'a free slot',
      { slots: new Map([['p', { limit: 3, whenFull: 'queue', taken: 2 }]]) },
      byAda,
      'admitted',
    ],
    ['another proc is full', { slots: full('refuse') }, { ...byAda, procName: 'q' }, 'admitted'],
    ['a full proc that queues', { slots: full('queue') }, byAda, 'waits slot'],
    ['a full proc that refuses', { slots: full('refuse') }, byAda, 'refused slot'],
    ['a user past the share', { share: pastShare }, byAda, 'waits share'],
    ['another user past the share', { share: pastShare }, { ...byAda, userEmail: 'bob@x.org' }, 'admitted'],
    [
      'past the share, and a full proc that queues',
      { share: pastShare, slots: full('queue') },
      byAda,
      'waits slot',
    ],
    [
      'past the share, and a full proc that refuses',
      { share: pastShare, slots: full('refuse') },
      byAda,
      'refused slot',
    ],
    ['overlap allow', { liveBySchedule: live(99) }, byClock('allow'), 'admitted'],
    ['overlap skip, none live', { liveBySchedule: live(0) }, byClock('skip'), 'admitted'],
    ['overlap skip, one live', { liveBySchedule: live(1) }, byClock('skip'), 'refused overlap'],
    ['overlap queue, none live', { liveBySchedule: live(0) }, byClock('queue'), 'admitted'],
    ['overlap queue, one live', { liveBySchedule: live(1) }, byClock('queue'), 'waits overlap'],
    [
      'overlap queue, full',
      { liveBySchedule: live(OVERLAP_QUEUE_CAP + 1) },
      byClock('queue'),
      'refused overlap',
    ],
    [
      'overlap hides a refusing proc',
      { liveBySchedule: live(1), slots: full('refuse') },
      byClock('queue'),
      'waits overlap',
    ],
    [
      'overlap is not asked of a person',
      { liveBySchedule: live(1) },
      { ...byAda, overlap: 'skip' },
      'admitted',
    ],
  ])('%s', (_name, figures, request, expected) => {
    expect(brief(new AdmissionRoom(figures).admit(request))).toBe(expected);
  });

  it('gives each slot away once', () => {
    const room = new AdmissionRoom({ slots: new Map([['p', { limit: 2, whenFull: 'queue', taken: 1 }]]) });
    expect([1, 2, 3].map(() => brief(room.admit(byAda)))).toEqual(['admitted', 'waits slot', 'waits slot']);
  });

  it('counts only admitted executions against the share', () => {
    const figures = { share: { max: 2, admittedByUser: new Map([[ADA, 1]]) }, slots: full('queue') };
    const room = new AdmissionRoom(figures);
    const elsewhere = { ...byAda, procName: 'q' };
    expect([byAda, byAda, elsewhere, elsewhere].map((request) => brief(room.admit(request)))).toEqual([
      'waits slot',
      'waits slot',
      'admitted',
      'waits share',
    ]);
  });

  it('counts waiting executions of a schedule too, and leaves the figures as they were given', () => {
    const liveBySchedule = live(0);
    const room = new AdmissionRoom({ liveBySchedule });
    const admissions = Array.from({ length: OVERLAP_QUEUE_CAP + 2 }, () =>
      brief(room.admit(byClock('queue'))),
    );
    expect(admissions).toEqual([
      'admitted',
      ...Array<string>(OVERLAP_QUEUE_CAP).fill('waits overlap'),
      'refused overlap',
    ]);
    expect(liveBySchedule).toEqual(live(0));
  });

  it('gives a refusal a reason', () => {
    expect(new AdmissionRoom({ slots: full('refuse') }).admit(byAda)).toMatchObject({
      reason: 'p is at its limit of 3 concurrent executions',
    });
    expect(new AdmissionRoom({ liveBySchedule: live(1) }).admit(byClock('skip'))).toMatchObject({
      reason: 'the previous execution had not ended',
    });
  });
});

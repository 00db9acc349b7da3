import { describe, expect, it } from '@jest/globals';
import type { CoreV1Event } from '@kubernetes/client-node';
import { toWarning } from './event-warning.js';

const at = '2026-11-29T10:00:00Z';
const later = '2026-11-29T10:05:00.123456Z';

function event(changes: object = {}): CoreV1Event {
  return {
    metadata: { name: 'a.1', creationTimestamp: at },
    involvedObject: { kind: 'Job', name: 'a', uid: 'uid-a' },
    reason: 'FailedCreate',
    message: 'Error creating: no',
    ...changes,
  } as unknown as CoreV1Event;
}

describe('toWarning', () => {
  it('keeps whose warning it is, and the latest time that any component gives', () => {
    expect(toWarning(event({ lastTimestamp: later }))).toEqual({
      kind: 'Job',
      name: 'a',
      uid: 'uid-a',
      warning: { reason: 'FailedCreate', message: 'Error creating: no', at: new Date(later) },
    });
    for (const times of [
      { eventTime: later, lastTimestamp: null },
      { series: { lastObservedTime: later }, eventTime: at },
    ])
      expect(toWarning(event(times))?.warning.at).toEqual(new Date(later));
    expect(toWarning(event())?.warning.at).toEqual(new Date(at));
  });

  it('finds the Job of a Workload by its name', () => {
    const workload = (name: string) => event({ involvedObject: { kind: 'Workload', name, uid: 'w' } });
    expect(toWarning(workload('job-proctor-a-7-0b1f3'))).toMatchObject({
      kind: 'Workload',
      name: 'proctor-a-7',
    });
    expect(toWarning(workload('pod-proctor-a-7-0b1f3'))).toBeNull();
    expect(toWarning(workload('job-'))).toBeNull();
  });

  it('ignores other objects, and cuts a long message', () => {
    expect(toWarning(event({ involvedObject: { kind: 'Node', name: 'a', uid: 'b' } }))).toBeNull();
    expect(toWarning(event({ involvedObject: { kind: 'Pod', name: 'a' } }))).toBeNull();
    expect(toWarning(event({ reason: 'FailedScheduling' }))).toBeNull();
    expect(toWarning(event({ message: 'x'.repeat(5_000) }))?.warning.message).toHaveLength(1_000);
  });
});

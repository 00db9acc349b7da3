import type { OutboxEvent, ScheduleOfEvent } from '@app/database';
import type { Execution } from '@app/domain';

export function anExecution(changes: Partial<Execution> = {}): Execution {
  const at = (seconds: number) => new Date(Date.UTC(2026, 10, 22, 10, 0, seconds));
  return {
    id: 7,
    procName: 'say-hello',
    jobName: 'proctor-i-7',
    image: 'proctor/say-hello:1',
    args: { NAME: 'world' },
    secretArgNames: [],
    userEmail: 'ada@example.org',
    status: 'FINISHED',
    exitCode: 0,
    reason: null,
    createdAt: at(0),
    updatedAt: at(0),
    startedAt: at(2),
    endedAt: at(14),
    cancelRequestedAt: null,
    cancelRequestedBy: null,
    waitsUntil: null,
    origin: { kind: 'person' },
    ...changes,
  };
}

export function aSchedule(changes: Partial<ScheduleOfEvent> = {}): ScheduleOfEvent {
  return {
    id: 5,
    procName: 'say-hello',
    tags: 'nightly',
    userEmail: 'owner@example.org',
    notificationEmails: ['reader@example.org'],
    notifyOn: ['success', 'failure'],
    ...changes,
  };
}

export function anEvent(changes: Partial<OutboxEvent> = {}): OutboxEvent {
  return {
    notificationId: 1,
    name: 'ended',
    happenedAt: new Date(Date.UTC(2026, 10, 22, 10, 0, 14)),
    reason: null,
    execution: anExecution(),
    callback: null,
    schedule: null,
    ownerNotifyOn: [],
    ...changes,
  };
}

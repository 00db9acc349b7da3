import { describe, expect, it } from '@jest/globals';
import type { ExecutionStatus } from '../execution/execution-state.js';
import { isNotifyEvent, notifyEventOf, type OutboxEventName } from './notification.js';

describe('notifyEventOf', () => {
  it.each<[OutboxEventName, ExecutionStatus | null, string | null]>([
    ['started', 'POD_READY', 'start'],
    // It may have ended before the event is handled.
    ['started', 'FINISHED', 'start'],
    ['slow', 'POD_READY', 'slow'],
    ['ended', 'FINISHED', 'success'],
    ['ended', 'POD_FAILED', 'failure'],
    ['ended', 'CANCELLED', 'failure'],
    ['ended', 'REQUIREMENT_NOT_MET', 'failure'],
    ['schedule_paused', null, null],
  ])('%s with %s: %s', (event, status, expected) => {
    expect(notifyEventOf(event, status)).toBe(expected);
  });
});

describe('isNotifyEvent', () => {
  it.each([
    ['slow', true],
    ['Slow', false],
    ['toString', false],
  ])('%s: %s', (text, expected) => {
    expect(isNotifyEvent(text)).toBe(expected);
  });
});

import { describe, expect, it } from '@jest/globals';
import { oneShotReason, readOneShotEnd } from './one-shot-end.js';

describe('the end of a one-shot schedule', () => {
  it.each([
    ['fired', null, 'It ran once.', { kind: 'ran' }],
    ['refused', 'Its proc was removed.', 'It was due once and was refused: Its proc was removed.', 'refused'],
    ['refused', 'at its limit: 3', 'It was due once and was refused: at its limit: 3.', 'refused'],
    ['overlapped', 'no room', 'It was due once and was skipped: no room.', 'skipped'],
    ['missed', 'no scheduler', 'It was due once and was skipped: no scheduler.', 'skipped'],
    ['blacked_out', null, 'It was due once and was skipped: a blackout window covers that time.', 'skipped'],
  ] as const)('after %s (%j) is written and read', (outcome, reason, text, end) => {
    expect(oneShotReason({ outcome, reason })).toBe(text);
    const sentence = text.split(/skipped: |refused: /)[1];
    expect(readOneShotEnd(text)).toEqual(typeof end === 'string' ? { kind: end, reason: sentence } : end);
  });

  it.each([undefined, null, "Its owner's account was deactivated.", 'It ran once. Twice.'])(
    'is not what %j says',
    (reason) => {
      expect(readOneShotEnd(reason)).toBeNull();
    },
  );
});

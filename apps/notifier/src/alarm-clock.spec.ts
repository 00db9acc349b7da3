import { describe, expect, it, jest } from '@jest/globals';
import { AlarmClock } from './alarm-clock.js';

const settled = async (work: Promise<void>): Promise<boolean> => {
  let isSettled = false;
  void work.then(() => (isSettled = true));
  await jest.advanceTimersByTimeAsync(0);
  return isSettled;
};

describe('AlarmClock', () => {
  it('sleeps until its time is over, a ring, or not at all if it rang before', async () => {
    jest.useFakeTimers();
    try {
      const alarm = new AlarmClock();
      const first = alarm.sleep(1_000);
      expect(await settled(first)).toBe(false);
      await jest.advanceTimersByTimeAsync(1_000);
      expect(await settled(first)).toBe(true);
      const second = alarm.sleep(1_000);
      alarm.ring();
      expect(await settled(second)).toBe(true);
      alarm.ring();
      alarm.ring();
      expect(await settled(alarm.sleep(1_000))).toBe(true);
      expect(await settled(alarm.sleep(1_000))).toBe(false);
      expect(jest.getTimerCount()).toBe(1);
    } finally {
      jest.useRealTimers();
    }
  });
});

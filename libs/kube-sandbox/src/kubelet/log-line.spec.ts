import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createStampClock, formatLogLine, formatStamp, parseLogLine } from './log-line.js';

describe('log lines', () => {
  it('have nine fractional digits in their timestamps', () => {
    expect(formatStamp(1_700_000_000_000_000_007n)).toBe('2023-11-14T22:13:20.000000007Z');
  });

  it('are written in the format of container runtimes', () => {
    const line = Buffer.concat(formatLogLine(formatStamp(0n), 'stderr', true, Buffer.from('hi')));
    expect(line.toString()).toBe('1970-01-01T00:00:00.000000000Z stderr F hi\n');
  });

  it('round-trip any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.boolean(), (bytes, endsLine) => {
        const content = Buffer.from(bytes);
        const line = Buffer.concat(formatLogLine(formatStamp(5n), 'stdout', endsLine, content)).subarray(
          0,
          -1,
        );
        expect(parseLogLine(line)).toEqual({ stamp: '1970-01-01T00:00:00.000000005Z', endsLine, content });
      }),
    );
  });

  it('are invalid if too short', () => {
    expect(parseLogLine(Buffer.from('2023-11-14T22:13:20'))).toBeNull();
  });
});

describe('createStampClock', () => {
  it('returns the current time, minus the lag', () => {
    const stamp = createStampClock();
    const beforeMs = Date.now();
    expect(Math.abs(Date.parse(stamp()) - beforeMs)).toBeLessThan(1000);
    expect(stamp(60_000) < stamp()).toBe(true);
  });
});

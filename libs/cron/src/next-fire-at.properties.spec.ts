import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fireTimesBetween } from './fire-times-between.js';
import { nextFireAt } from './next-fire-at.js';
import { parseCron } from './parse-cron.js';
import { sixFields, timesOfDay } from './testing/arbitrary-cron.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Pairs of days: the clock changes on the second day, or on neither. */
const DAYS: readonly (readonly [timeZone: string, firstDay: string])[] = [
  ['Europe/Berlin', '2026-03-28'],
  ['Europe/Berlin', '2026-10-24'],
  ['America/New_York', '2026-03-07'],
  ['America/New_York', '2026-10-31'],
  ['Australia/Lord_Howe', '2026-10-02'],
  ['Australia/Lord_Howe', '2026-04-03'],
  ['America/Havana', '2026-10-31'],
  ['America/Sao_Paulo', '2019-02-16'],
  ['America/Sao_Paulo', '2018-11-03'],
  ['Africa/Cairo', '2026-04-22'],
  ['Pacific/Chatham', '2026-04-03'],
  ['Pacific/Apia', '2011-12-29'],
  ['Asia/Kathmandu', '2026-01-01'],
  ['UTC', '2026-06-01'],
];

const zones = fc.constantFrom(...new Set(DAYS.map(([timeZone]) => timeZone)));
const instants = fc.date({ min: new Date('1995-01-01'), max: new Date('2037-01-01'), noInvalidDate: true });

/** The local time of each minute, by Intl, read as if it were UTC. */
function readWallClock(timeZone: string, fromMs: number, minutes: number): number[] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return Array.from({ length: minutes }, (_, minute) =>
    Date.parse(`${format.format(fromMs + minute * MINUTE_MS).replace(' ', 'T')}Z`),
  );
}

const WALL_CLOCKS = new Map(
  DAYS.map(([timeZone, firstDay]) => [
    `${timeZone} ${firstDay}`,
    readWallClock(timeZone, Date.parse(firstDay), (3 * DAY_MS) / MINUTE_MS),
  ]),
);

/** Walks the days minute by minute and applies the documented rule of `nextFireAt` literally. */
function fireNaively(cron: string, wallClock: readonly number[], firstDayMs: number): number[] {
  const { hours, minutes } = parseCron(cron);
  const matches = (wallMs: number): boolean => {
    const wall = new Date(wallMs);
    return minutes.includes(wall.getUTCMinutes()) && hours.includes(wall.getUTCHours());
  };
  const isElapsed = hours.length === 24;
  const shown = new Set<number>();
  return wallClock.flatMap((wall, minute) => {
    let fires = matches(wall) && (isElapsed || !shown.has(wall));
    for (let skipped = (wallClock[minute - 1] ?? wall) + MINUTE_MS; skipped < wall; skipped += MINUTE_MS) {
      fires ||= !isElapsed && matches(skipped);
    }
    shown.add(wall);
    return fires ? [firstDayMs + minute * MINUTE_MS] : [];
  });
}

describe('nextFireAt', () => {
  it('fires exactly at the minutes that its rule defines, around clock changes', () => {
    fc.assert(
      fc.property(timesOfDay, fc.constantFrom(...DAYS), fc.nat(4319), (cron, [timeZone, firstDay], start) => {
        const firstDayMs = Date.parse(firstDay);
        const startMs = firstDayMs + start * MINUTE_MS;
        const end = new Date(firstDayMs + 3 * DAY_MS - 1);
        const fired = fireTimesBetween({ cron, timeZone }, new Date(startMs - 1), end, 10_000).map(Number);
        const wallClock = WALL_CLOCKS.get(`${timeZone} ${firstDay}`)!;
        expect(fired).toEqual(fireNaively(cron, wallClock, firstDayMs).filter((ms) => ms >= startMs));
      }),
      { numRuns: 100 },
    );
  });

  it('returns the same tick from every instant before it, and a later one from then on', () => {
    fc.assert(
      fc.property(
        sixFields,
        zones,
        instants,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (cron, timeZone, after, part) => {
          const timing = { cron, timeZone };
          const next = nextFireAt(timing, after)!;
          expect(next.getTime()).toBeGreaterThan(after.getTime());
          const between = new Date(
            after.getTime() + Math.floor((next.getTime() - 1 - after.getTime()) * part),
          );
          expect(nextFireAt(timing, between)).toEqual(next);
          expect(nextFireAt(timing, next)!.getTime()).toBeGreaterThan(next.getTime());
        },
      ),
      { numRuns: 500 },
    );
  });

  it('returns the same tick from every second of the days around a change', () => {
    fc.assert(
      fc.property(
        sixFields,
        fc.constantFrom(...DAYS),
        fc.nat(3 * 86_400),
        fc.nat(3 * 86_400),
        (cron, day, a, b) => {
          const timing = { cron, timeZone: day[0] };
          const [early, late] = [Math.min(a, b), Math.max(a, b)].map(
            (s) => new Date(Date.parse(day[1]) + s * 1000),
          );
          const first = nextFireAt(timing, early!)!;
          const second = nextFireAt(timing, late!)!;
          if (first > late!) expect(second).toEqual(first);
          else expect(second.getTime()).toBeGreaterThan(first.getTime());
        },
      ),
      { numRuns: 1000 },
    );
  });
});

const FIRST_MS = 200;
const LONGEST_MS = 3_000;

/** How long to wait after so many failures in a row (at least 1) before the next attempt; `chance` is in 0 to 1. */
export function backoffMs(failures: number, chance: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1)) * (0.5 + chance / 2);
}

import type { LimitsSystem } from './limits-system.js';
import { seconds } from './timing.js';

/** Something that must hold at the limit, and what was found. */
export interface Check {
  what: string;
  holds: boolean;
  found: string;
  /** It depends on timing, and so on the load of the machine. */
  isTimed: boolean;
}

/** A measured time or amount. */
export interface Figure {
  what: string;
  value: string;
}

/** The findings of a scenario. */
export class Findings {
  readonly checks: Check[] = [];
  readonly figures: Figure[] = [];

  constructor(private readonly say: (line: string) => void = () => undefined) {}

  check(what: string, holds: boolean, found: unknown): void {
    const text = typeof found === 'string' ? found : JSON.stringify(found);
    this.add({ what, holds, found: text, isTimed: false });
  }

  /** Checks that it took less than `maxMs`. */
  checkTime(what: string, tookMs: number, maxMs: number, found = seconds(tookMs)): void {
    this.add({ what, holds: tookMs < maxMs, found, isTimed: true });
  }

  private add(check: Check): void {
    this.checks.push(check);
    this.say(`${check.holds ? '✔' : '✘'} ${check.what}: ${check.found}`);
  }

  figure(what: string, value: string): void {
    this.figures.push({ what, value });
    this.say(`  ${what}: ${value}`);
  }
}

/** Brings the system to one limit. */
export interface Scenario<Size> {
  name: string;
  /** A one-line title. */
  describe(size: Size): string;
  /** The documented limit, and a small one for a quick test. */
  full: Size;
  short: Size;
  /** How to start the system. */
  system(size: Size): { workers: number; env: Record<string, string> };
  /** The allowed peak memory of each process, by name. */
  boundsMiB: Readonly<Record<string, number>>;
  run(system: LimitsSystem, size: Size, findings: Findings): Promise<void>;
}

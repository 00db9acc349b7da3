import type { LimitsSystem } from './limits-system.js';
import { seconds } from './timing.js';

/** What a user would want to be true at the limit, and what was found. */
export interface Check {
  what: string;
  holds: boolean;
  found: string;
  /** It is about how long something took, so that it also depends on what else the machine does. */
  isTimed: boolean;
}

/** A measured time or amount. */
export interface Figure {
  what: string;
  value: string;
}

/** What a run of a scenario found out. */
export class Findings {
  readonly checks: Check[] = [];
  readonly figures: Figure[] = [];

  constructor(private readonly say: (line: string) => void = () => undefined) {}

  check(what: string, holds: boolean, found: unknown): void {
    const text = typeof found === 'string' ? found : JSON.stringify(found);
    this.add({ what, holds, found: text, isTimed: false });
  }

  /** That it took less than `maxMs`. */
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
  /** What is brought to its limit, in a few words. */
  describe(size: Size): string;
  /** The limit that Proctor promises, and one for a quick test. */
  full: Size;
  short: Size;
  /** How the system is brought up. */
  system(size: Size): { workers: number; env: Record<string, string> };
  /** How much each process may take at its peak, by name. */
  boundsMiB: Readonly<Record<string, number>>;
  run(system: LimitsSystem, size: Size, findings: Findings): Promise<void>;
}

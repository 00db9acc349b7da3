import { BoundedMap } from '@app/timing';
import { RE2JS } from 're2js';

const MAX_REMEMBERED = 1_000;

/**
 * Matching time is proportional to the length of the value times the size of the program. With this many steps and the
 * longest value, a pattern designed to be slow takes about a second; typical patterns take milliseconds.
 */
const MAX_STEPS = 1_000;

/** Matches the patterns of args. RE2 syntax; matching time is linear in the length of the value. */
export class Patterns {
  private readonly compiled = new BoundedMap<string, RE2JS>({ maxSize: MAX_REMEMBERED });

  /** Whether the whole value matches. Throws for a pattern that does not compile. */
  readonly matches = (pattern: string, value: string): boolean => this.compile(pattern).testExact(value);

  /** Why this cannot be the pattern of an arg, as the end of a sentence; null if it can. */
  readonly describeProblem = (pattern: string): string | null => {
    try {
      const steps = RE2JS.compile(pattern).programSize();
      return steps <= MAX_STEPS
        ? null
        : `it is too complex (${steps} steps, at most ${MAX_STEPS}). Lower its repeat counts`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };

  private compile(pattern: string): RE2JS {
    return this.compiled.useOrCreate(pattern, (text) => RE2JS.compile(text));
  }
}

import { BoundedMap } from '@app/timing';
import { RE2JS } from 're2js';

const MAX_REMEMBERED = 1_000;

/**
 * Matching takes time that grows with the length of the value times the size of the program: with this many steps and
 * the longest value about a second, for a pattern that is made to be slow; milliseconds for others.
 */
const MAX_STEPS = 1_000;

/** The patterns of args: RE2 syntax, and time that grows linearly with the value. */
export class Patterns {
  private readonly compiled = new BoundedMap<string, RE2JS>({ maxSize: MAX_REMEMBERED });

  /** True if the whole value matches. Throws for a pattern that does not compile. */
  readonly matches = (pattern: string, value: string): boolean => this.compile(pattern).testExact(value);

  /** Why it can't be the pattern of an arg, as the end of a sentence, or null. */
  readonly describeProblem = (pattern: string): string | null => {
    try {
      const steps = RE2JS.compile(pattern).programSize();
      return steps <= MAX_STEPS
        ? null
        : `it is too complex (${steps} steps, at most ${MAX_STEPS}); repeat parts of it less often`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };

  private compile(pattern: string): RE2JS {
    const known = this.compiled.use(pattern);
    if (known) return known;
    const compiled = RE2JS.compile(pattern);
    this.compiled.set(pattern, compiled);
    return compiled;
  }
}

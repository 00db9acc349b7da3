import { RE2JS } from 're2js';

const MAX_REMEMBERED = 1_000;

/**
 * Matching takes time that grows with the length of the value times the size of the program: with this many steps and
 * the longest value about a second, for a pattern that is made to be slow; milliseconds for others.
 */
const MAX_STEPS = 1_000;

/** The patterns of args: RE2 syntax, and time that grows linearly with the value. */
export class Patterns {
  /** Least recently used first. */
  private readonly compiled = new Map<string, RE2JS>();

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
    const compiled = this.compiled.get(pattern) ?? RE2JS.compile(pattern);
    this.compiled.delete(pattern);
    this.compiled.set(pattern, compiled);
    if (this.compiled.size > MAX_REMEMBERED) this.forgetOldest();
    return compiled;
  }

  private forgetOldest(): void {
    const [oldest] = this.compiled.keys();
    if (oldest !== undefined) this.compiled.delete(oldest);
  }
}

import { AppError, type MatchesPattern } from '@app/domain';
import { BoundedMap } from '@app/timing';
import { RE2JS } from 're2js';

const MAX_REMEMBERED = 1_000;
const MAX_STEPS = 1_000;

/**
 * Matching time is proportional to the length of the value times the steps of the pattern, about 20 ns each: all values of
 * a request take about 100 ms at most.
 */
const MAX_WORK_OF_REQUEST = 6_000_000;

/** Matches the patterns of args. RE2 syntax; matching time is linear in the length of the value. */
export class Patterns {
  private readonly compiled = new BoundedMap<string, RE2JS>({ maxSize: MAX_REMEMBERED });

  /** Whether the whole value matches. Throws for a pattern that does not compile. */
  readonly matches = (pattern: string, value: string): boolean =>
    // Not `testExact`, whose automaton takes seconds to build for some patterns.
    this.compile(pattern).matcher(value).matches();

  /** `matches` for all values of one request. It throws AppError `invalid_args` when they are too long for their patterns. */
  forRequest(): MatchesPattern {
    let left = MAX_WORK_OF_REQUEST;
    return (pattern, value) => {
      left -= this.compile(pattern).programSize() * value.length;
      if (left < 0) throw tooMuchWork(pattern, value);
      return this.matches(pattern, value);
    };
  }

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

const SHOWN_CHARACTERS = 200;

function tooMuchWork(pattern: string, { length }: string): AppError {
  const shown = pattern.length > SHOWN_CHARACTERS ? `${pattern.slice(0, SHOWN_CHARACTERS)}…` : pattern;
  return new AppError(
    'invalid_args',
    `The values are too long to be checked: the last one, of ${length} characters, against the pattern ${shown}.`,
    { hint: 'Shorten the values, or ask an admin to simplify the patterns.' },
  );
}

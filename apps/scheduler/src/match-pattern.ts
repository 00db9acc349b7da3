import { RE2JS } from 're2js';
import type { MatchesPattern } from '@app/domain';

const MOST_REMEMBERED = 1_000;

/** Matches as the gateway does: RE2 syntax, time that grows linearly with the value. */
export function rememberPatterns(): MatchesPattern {
  const compiled = new Map<string, RE2JS>();
  return (pattern, value) => {
    const known = compiled.get(pattern) ?? RE2JS.compile(pattern);
    if (compiled.size >= MOST_REMEMBERED) compiled.clear();
    compiled.set(pattern, known);
    return known.testExact(value);
  };
}

import type { DueSchedule, RegisteredProc } from '@app/database';
import { checkArgs, splitArgs, type MatchesPattern } from '@app/domain';

/** Stands for a sealed value: only the gateway and workers can open those. */
const SEALED = '(sealed value)';
const MOST_CHARACTERS = 500;

/**
 * Why the args of a schedule do not fit its proc as it is now, as a sentence without the value of any secret, or null.
 * The value of a secret arg was checked when it was given, and is not checked again. Pure.
 */
export function describeArgsProblem(
  { schedule, secretArgs }: Pick<DueSchedule, 'schedule' | 'secretArgs'>,
  { proc }: RegisteredProc,
  matches: MatchesPattern,
): string | null {
  const sealed = Object.fromEntries(Object.keys(secretArgs ?? {}).map((name) => [name, SEALED]));
  const matchesUnlessSealed: MatchesPattern = (pattern, value) => value === SEALED || matches(pattern, value);
  const problems = checkArgs(proc, { ...schedule.args, ...sealed }, matchesUnlessSealed).map(
    ({ field, message }) =>
      message.includes(SEALED)
        ? `The value of "${field}", which was given as a secret, may not fit`
        : message,
  );
  // Sealing needs the key, which a scheduler does not have.
  const bare = Object.keys(splitArgs(proc, schedule.args).secretArgs).map(
    (name) => `"${name}" is declared as secret now; give the schedule its args again`,
  );
  const all = [...problems, ...bare];
  if (all.length === 0) return null;
  const text = `Its args do not fit ${proc.name} as it is now: ${all.join('; ')}`;
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}

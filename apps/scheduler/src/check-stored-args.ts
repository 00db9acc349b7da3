import type { DueSchedule, RegisteredProc } from '@app/database';
import { checkArgs, type MatchesPattern } from '@app/domain';
import { BoundedMap } from '@app/timing';

/** Stands for a sealed value: only the gateway and workers can open those. */
const SEALED = '(sealed value)';
const MAX_CHARACTERS = 500;

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
  const bare = proc.args
    .filter(({ name, type }) => type === 'secret' && Object.hasOwn(schedule.args, name))
    .map(({ name }) => `"${name}" is declared as secret now; give the schedule its args again`);
  const all = [...problems, ...bare];
  if (all.length === 0) return null;
  const text = `Its args do not fit ${proc.name} as it is now: ${all.join('; ')}`;
  const short = text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
  // Postgres refuses half a character in JSON, and all other ticks that are written down with this one.
  return short.toWellFormed();
}

const MAX_REMEMBERED = 20_000;
const MAX_REMEMBERED_CHARACTERS = 1_000;

/**
 * Remembers which args fit: a schedule has the same ones at each tick, and a thousand of them are checked in the moment in
 * which their executions should be in the queue already. By value, so that whatever changes is checked again.
 */
export function rememberFittingArgs(matches: MatchesPattern) {
  const fitting = new BoundedMap<string, true>({ maxSize: MAX_REMEMBERED });
  return (
    due: Pick<DueSchedule, 'schedule' | 'secretArgs'>,
    registered: RegisteredProc,
  ): ReturnType<typeof describeArgsProblem> => {
    const { proc, revision, updatedAt } = registered;
    const version = [proc.name, revision, updatedAt.getTime()];
    const key = JSON.stringify([...version, due.schedule.args, Object.keys(due.secretArgs ?? {})]);
    if (fitting.has(key)) return null;
    const problem = describeArgsProblem(due, registered, matches);
    if (problem === null && key.length <= MAX_REMEMBERED_CHARACTERS) {
      fitting.set(key, true);
    }
    return problem;
  };
}

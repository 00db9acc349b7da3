import type { DueSchedule, RegisteredProc } from '@app/database';
import { checkArgs, type MatchesPattern } from '@app/domain';
import { BoundedMap } from '@app/timing';

/** Replaces a sealed value: only the gateway and workers can decrypt it. */
const SEALED = '(sealed value)';
const MAX_CHARACTERS = 500;

/**
 * Why the args of a schedule do not fit the current version of its proc, as a sentence without secret values, or null.
 * The value of a secret arg was checked when it was set and is not checked again. Pure.
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
      message.includes(SEALED) ? `The secret value of "${field}" may not fit` : message,
  );
  // Sealing needs the key, which a scheduler does not have.
  const unsealed = proc.args
    .filter(({ name, type }) => type === 'secret' && Object.hasOwn(schedule.args, name))
    .map(({ name }) => `"${name}" is now declared as secret; set the args of the schedule again`);
  const all = [...problems, ...unsealed];
  if (all.length === 0) return null;
  const text = `Its args do not fit the current version of ${proc.name}: ${all.join('; ')}`;
  const short = text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
  // Postgres rejects half a surrogate pair in JSON, and with it all ticks of the same statement.
  return short.toWellFormed();
}

const MAX_CACHED = 20_000;
const MAX_CACHED_CHARACTERS = 1_000;

/**
 * Caches which args fit: a schedule has the same args at each tick, and with a thousand schedules per tick the checks
 * would delay the queue. Keyed by value, so that every change is checked again.
 */
export function cacheFittingArgs(matches: MatchesPattern) {
  const fitting = new BoundedMap<string, true>({ maxSize: MAX_CACHED });
  return (
    due: Pick<DueSchedule, 'schedule' | 'secretArgs'>,
    registered: RegisteredProc,
  ): ReturnType<typeof describeArgsProblem> => {
    const { proc, revision, updatedAt } = registered;
    const version = [proc.name, revision, updatedAt.getTime()];
    const key = JSON.stringify([...version, due.schedule.args, Object.keys(due.secretArgs ?? {})]);
    if (fitting.has(key)) return null;
    const problem = describeArgsProblem(due, registered, matches);
    if (problem === null && key.length <= MAX_CACHED_CHARACTERS) {
      fitting.set(key, true);
    }
    return problem;
  };
}

import { AppError } from '@app/domain';
import { integerVar, type ConfigurationProblem, type EnvSource } from '@app/platform';

const DAY_MS = 24 * 60 * 60 * 1_000;
const daysVar = integerVar({ min: 1, max: 3_650 });

export const tokenLifetimeVars = {
  PROCTOR_TOKEN_DEFAULT_DAYS: daysVar.optional(),
  PROCTOR_TOKEN_MAX_DAYS: daysVar.optional(),
};

export interface TokenLifetime {
  /** Of a token for which no other lifetime is requested; null: it never expires. */
  defaultDays: number | null;
  /** Null: a token may never expire. */
  maxDays: number | null;
}

/** The problem of a default beyond the maximum. */
export function checkTokenLifetime(source: EnvSource): readonly ConfigurationProblem[] {
  const [days, max] = [source['PROCTOR_TOKEN_DEFAULT_DAYS'], source['PROCTOR_TOKEN_MAX_DAYS']];
  if (!days || !max || !(Number(days) > Number(max))) return [];
  const expected = `at most PROCTOR_TOKEN_MAX_DAYS, which is ${max}`;
  return [{ variable: 'PROCTOR_TOKEN_DEFAULT_DAYS', expected, found: days }];
}

/**
 * When a token ends that is created now; null: never.
 * @param seconds null: never; undefined: as the settings say @throws AppError `invalid_args` beyond the maximum
 */
export function tokenExpiry(
  seconds: number | null | undefined,
  { defaultDays, maxDays }: TokenLifetime,
  nowMs: number,
): Date | null {
  const maxMs = maxDays === null ? Infinity : maxDays * DAY_MS;
  const defaultMs = defaultDays === null ? maxMs : defaultDays * DAY_MS;
  const lifetimeMs = seconds === undefined ? defaultMs : seconds === null ? Infinity : seconds * 1_000;
  if (lifetimeMs > maxMs) throw tooLong(maxDays ?? 0);
  return lifetimeMs === Infinity ? null : new Date(nowMs + lifetimeMs);
}

function tooLong(maxDays: number): AppError {
  return new AppError('invalid_args', `A token must expire within ${maxDays} days.`, {
    hint: `Use \`proctor token create --expires ${maxDays}d\`, or less. PROCTOR_TOKEN_MAX_DAYS sets the limit.`,
  });
}

import { integerVar } from '@app/platform';

const MAX_IDLE_MINUTES = 30 * 24 * 60;
const MAX_HOURS = 365 * 24;

export const sessionVars = {
  PROCTOR_SESSION_IDLE_MINUTES: integerVar({ min: 5, max: MAX_IDLE_MINUTES, default: 120 }),
  PROCTOR_SESSION_MAX_HOURS: integerVar({ min: 1, max: MAX_HOURS, default: 12 }),
};

/** How long browsers stay signed in. */
export interface SessionSettings {
  /** A session that is not used for so long ends. */
  idleSeconds: number;
  maxSeconds: number;
}

export function sessionsOf(env: {
  PROCTOR_SESSION_IDLE_MINUTES: number;
  PROCTOR_SESSION_MAX_HOURS: number;
}): SessionSettings {
  return {
    idleSeconds: env.PROCTOR_SESSION_IDLE_MINUTES * 60,
    maxSeconds: env.PROCTOR_SESSION_MAX_HOURS * 3_600,
  };
}

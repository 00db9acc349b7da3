import { z } from 'zod';
import {
  booleanVar,
  commaListVar,
  integerVar,
  loadEnv,
  logSettings,
  logVars,
  portVar,
  postgresSettings,
  postgresVars,
  redisSettings,
  redisVars,
  requireNewRelicPair,
  telemetrySettings,
  telemetryVars,
  textVar,
  type EnvSource,
} from '@app/platform';
import type { OwnerRules } from './check-owner.js';

const variables = z.object({
  ...postgresVars,
  ...redisVars,
  ...logVars,
  ...telemetryVars,
  PROCTOR_AUTH_ENABLED: booleanVar().default(true),
  // v2 really read the longer name, and documented the shorter one.
  PROCTOR_REQUIRED_ADMIN_GROUP: commaListVar.optional(),
  PROCTOR_AUTH_REQUIRED_ADMIN_GROUP: commaListVar.optional(),
  PROCTOR_SIGN_IN_TRUST_HOURS: integerVar({ min: 0, max: 87_600, default: 720 }),
  PROCTOR_SCHEDULED_JOBS_FETCH_INTERVAL_IN_MINS: integerVar({ min: 1, max: 1_440, default: 1 }),
  PROCTOR_RETENTION_DAYS: integerVar({ min: 1, max: 36_500 }).optional(),
  PROCTOR_USER_SHARE: integerVar({ min: 1, max: 1_000_000, default: 500 }),
  PROCTOR_HEALTH_HOST: textVar('a host').default('0.0.0.0'),
  PROCTOR_HEALTH_PORT: portVar.optional(),
});

const schema = requireNewRelicPair(variables);

export type SchedulerEnv = ReturnType<typeof loadSchedulerEnv>;

/** The scheduler's settings. @throws ConfigurationError with all that is wrong */
export function loadSchedulerEnv(source: EnvSource) {
  const env = loadEnv(schema, source);
  return {
    ...logSettings(env),
    telemetry: telemetrySettings(env),
    postgres: postgresSettings(env),
    redis: redisSettings(env),
    userShare: env.PROCTOR_USER_SHARE,
    /** Null: authentication is off, and nobody's standing is looked at. */
    owners: env.PROCTOR_AUTH_ENABLED ? ownerRules(env) : null,
    recheckMinutes: env.PROCTOR_SCHEDULED_JOBS_FETCH_INTERVAL_IN_MINS,
    /** Null: everything is kept. */
    retentionDays: env.PROCTOR_RETENTION_DAYS ?? null,
    health: env.PROCTOR_HEALTH_PORT ? { host: env.PROCTOR_HEALTH_HOST, port: env.PROCTOR_HEALTH_PORT } : null,
  };
}

function ownerRules(env: z.output<typeof variables>): OwnerRules {
  return {
    adminGroups: env.PROCTOR_REQUIRED_ADMIN_GROUP ??
      env.PROCTOR_AUTH_REQUIRED_ADMIN_GROUP ?? ['proctor_admin'],
    signInTrustHours: env.PROCTOR_SIGN_IN_TRUST_HOURS,
  };
}

import type * as z from 'zod';
import {
  adminGroupsOf,
  adminGroupVars,
  booleanVar,
  healthSettings,
  healthVars,
  integerVar,
  loadEnv,
  serviceSchema,
  serviceSettings,
  userShareVar,
  type EnvSource,
} from '@app/platform';
import type { OwnerRules } from './check-owner.js';

/** `npm run docs` reads it for docs/settings.md. */
export const schema = serviceSchema({
  ...healthVars,
  PROCTOR_AUTH_ENABLED: booleanVar().default(true),
  ...adminGroupVars,
  PROCTOR_SIGN_IN_TRUST_HOURS: integerVar({ min: 0, max: 87_600, default: 720 }),
  PROCTOR_SCHEDULED_JOBS_FETCH_INTERVAL_IN_MINS: integerVar({ min: 1, max: 1_440, default: 1 }),
  PROCTOR_RETENTION_DAYS: integerVar({ min: 1, max: 36_500 }).optional(),
  PROCTOR_USER_SHARE: userShareVar,
});

export type SchedulerEnv = ReturnType<typeof loadSchedulerEnv>;

/** The scheduler's settings. @throws ConfigurationError with every problem */
export function loadSchedulerEnv(source: EnvSource) {
  const env = loadEnv(schema, source);
  const common = serviceSettings(env);
  return {
    ...common,
    // Together no more than PROCTOR_POSTGRES_MAX_CONNECTIONS.
    postgres: { ...common.postgres, maxConnections: common.postgres.maxConnections - 1 },
    tickPostgres: { ...common.postgres, maxConnections: 1 },
    health: healthSettings(env),
    userShare: env.PROCTOR_USER_SHARE,
    /** Null: authentication is off, and owners are not checked. */
    owners: env.PROCTOR_AUTH_ENABLED ? ownerRules(env) : null,
    recheckMinutes: env.PROCTOR_SCHEDULED_JOBS_FETCH_INTERVAL_IN_MINS,
    /** Null: the history is kept forever. */
    retentionDays: env.PROCTOR_RETENTION_DAYS ?? null,
  };
}

function ownerRules(env: z.output<typeof schema>): OwnerRules {
  return {
    adminGroups: adminGroupsOf(env),
    signInTrustHours: env.PROCTOR_SIGN_IN_TRUST_HOURS,
  };
}

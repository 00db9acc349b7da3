import { z } from 'zod';
import {
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

const variables = z.object({
  ...postgresVars,
  ...redisVars,
  ...logVars,
  ...telemetryVars,
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
    health: env.PROCTOR_HEALTH_PORT ? { host: env.PROCTOR_HEALTH_HOST, port: env.PROCTOR_HEALTH_PORT } : null,
  };
}

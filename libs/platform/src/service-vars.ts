import {
  isAnnotationPattern,
  isDnsLabel,
  parseMailDomain,
  POD_SECURITY_LEVELS,
  type PodSecurityLevel,
} from '@app/domain';
import * as z from 'zod';
import { postgresSettings, postgresVars, redisSettings, redisVars } from './connection-vars.js';
import { integerVar, parsedVar, portVar, textVar } from './env-vars.js';
import { logSettings, logVars } from './log-level.js';
import { requireNewRelicPair, telemetrySettings, telemetryVars } from './telemetry/telemetry-vars.js';

const serviceVars = { ...postgresVars, ...redisVars, ...logVars, ...telemetryVars };

type ServiceEnv = z.output<z.ZodObject<typeof serviceVars>>;

/** The schema of a service's env.ts: the variables that every service reads, and its own ones. */
export function serviceSchema<Own extends z.ZodRawShape>(own: Own) {
  return requireNewRelicPair(z.object({ ...serviceVars, ...own }));
}

/** The settings that every service has. */
export function serviceSettings(env: ServiceEnv) {
  return {
    ...logSettings(env),
    telemetry: telemetrySettings(env),
    postgres: postgresSettings(env),
    redis: redisSettings(env),
  };
}

export type ServiceSettings = ReturnType<typeof serviceSettings>;

/** The port that only reports a service's health. */
export const healthVars = {
  PROCTOR_HEALTH_HOST: textVar('a host').default('0.0.0.0'),
  PROCTOR_HEALTH_PORT: portVar.optional(),
};

/**
 * For services that send requests to servers elsewhere. Listed here for docs/settings.md: libs/outbound reads and checks
 * them, and their spelling in lower case too.
 */
export const outboundVars = {
  HTTP_PROXY: textVar().optional(),
  HTTPS_PROXY: textVar().optional(),
  NO_PROXY: textVar().optional(),
  PROCTOR_CA_FILE: textVar().optional(),
};

export interface HealthSettings {
  host: string;
  port: number;
}

/** Null: the service opens no such port. */
export function healthSettings(env: z.output<z.ZodObject<typeof healthVars>>): HealthSettings | null {
  return env.PROCTOR_HEALTH_PORT ? { host: env.PROCTOR_HEALTH_HOST, port: env.PROCTOR_HEALTH_PORT } : null;
}

/** How many admitted executions a user may have; the same in every service that admits executions. */
export const userShareVar = integerVar({ min: 1, max: 1_000_000, default: 500 });

/** The same in the gateway, which refuses other namespaces, and in the workers, which watch these. */
export const namespacesVar = parsedVar<readonly string[]>('a comma-separated list of namespaces', (text) => {
  const names = text.split(',').map((name) => name.trim());
  return names.every(isDnsLabel) ? [...new Set(names)] : undefined;
});

/** The same in the gateway, which refuses other addresses, and in the notifiers. */
export const mailDomainsVar = parsedVar<readonly string[]>(
  'a comma-separated list of domains, such as example.com,*.example.org',
  (text) => {
    const domains = text.split(',').flatMap((each) => parseMailDomain(each.trim()) ?? []);
    return domains.length === text.split(',').length ? domains : undefined;
  },
);

/** The same in the gateway, which refuses other annotations, and in the workers. */
export const annotationsVar = parsedVar<readonly string[]>(
  'a comma-separated list of annotations as KEY or KEY=VALUE, such as team,example.com/*',
  (text) => {
    const entries = text.split(',').map((entry) => entry.trim());
    return entries.every(isAnnotationPattern) ? [...new Set(entries)] : undefined;
  },
);

/** The same in the gateway, which refuses what the level forbids, and in the workers. */
export const podSecurityVar = parsedVar<PodSecurityLevel>(POD_SECURITY_LEVELS.join(' or '), (text) =>
  POD_SECURITY_LEVELS.find((level) => level === text),
);

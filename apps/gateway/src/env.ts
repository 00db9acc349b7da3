import { parseIdRanges, parseQuantity, type IdRange } from '@app/domain';
import { readOutboundSettings } from '@app/outbound';
import {
  adminGroupsOf,
  annotationsVar,
  baseUrlVar,
  commaListVar,
  healthSettings,
  healthVars,
  integerVar,
  loadEnv,
  mailDomainsVar,
  namespacesVar,
  outboundVars,
  parsedVar,
  podSecurityVar,
  portVar,
  secretKeysOf,
  secretKeyVars,
  serviceSchema,
  serviceSettings,
  textVar,
  urlVar,
  userShareVar,
  type ConfigurationProblem,
  type EnvSource,
} from '@app/platform';
import { checkTokenLifetime, tokenLifetimeVars } from './accounts/token-lifetime.js';
import { authenticationVars, checkAuthPlugin, showPlugin } from './authentication/authentication-vars.js';
import { hostsVar, trustProxyVar } from './http/address-vars.js';
import { parseClientVersion } from './http/client-version.js';
import { sessionVars, sessionsOf } from './sessions/session-vars.js';
import { limitsOf, limitsVars } from './limits/limits-vars.js';

const idRangesVar = parsedVar<readonly IdRange[]>(
  'a comma-separated list of user or group ids, such as 1000,2000-2999',
  parseIdRanges,
);

const quantityVar = parsedVar('a size such as 10Gi', (text) =>
  parseQuantity(text) === null ? undefined : text,
);

/** `npm run docs` reads it for docs/settings.md. */
export const schema = serviceSchema({
  ...authenticationVars,
  ...tokenLifetimeVars,
  ...sessionVars,
  ...outboundVars,
  ...limitsVars,
  PROCTOR_APP_HOST: textVar('a host').default('0.0.0.0'),
  PROCTOR_APP_PORT: portVar.default(5001),
  ...healthVars,
  ...secretKeyVars,
  PROCTOR_MIN_CLIENT_VERSION: parsedVar('a version such as v2.0.8', parseClientVersion).optional(),
  PROCTOR_LOGS_STREAM_READ_BUFFER_SIZE: integerVar({ min: 1, max: 16_777_216, default: 4_096 }),
  PROCTOR_LOGS_STREAM_WRITE_BUFFER_SIZE: integerVar({ min: 1, max: 1_073_741_824, default: 1_048_576 }),
  PROCTOR_LOGS_STREAM_PATIENCE_SECONDS: integerVar({ min: 1, max: 86_400, default: 60 }),
  PROCTOR_PUBLIC_URL: baseUrlVar.optional(),
  PROCTOR_TRUST_PROXY: trustProxyVar.default(false),
  PROCTOR_ALLOWED_HOSTS: hostsVar.default([]),
  PROCTOR_ALLOWED_NAMESPACES: namespacesVar.optional(),
  PROCTOR_ALLOWED_SERVICE_ACCOUNTS: commaListVar.optional(),
  PROCTOR_ALLOWED_IMAGE_REGISTRIES: commaListVar.optional(),
  PROCTOR_ALLOWED_NODE_SELECTORS: commaListVar.optional(),
  PROCTOR_ALLOWED_PULL_SECRETS: commaListVar.optional(),
  PROCTOR_ALLOWED_PRIORITY_CLASSES: commaListVar.optional(),
  PROCTOR_ALLOWED_RUNTIME_CLASSES: commaListVar.optional(),
  PROCTOR_ALLOWED_PULL_POLICIES: commaListVar.optional(),
  PROCTOR_ALLOWED_QUEUES: commaListVar.optional(),
  PROCTOR_ALLOWED_CONFIG_MAPS: commaListVar.optional(),
  PROCTOR_ALLOWED_SECRETS: commaListVar.optional(),
  PROCTOR_ALLOWED_ANNOTATIONS: annotationsVar.optional(),
  PROCTOR_ALLOWED_FILES_SIZE: quantityVar.optional(),
  PROCTOR_ALLOWED_HOST_ACCESS: commaListVar.optional(),
  PROCTOR_ALLOWED_PRIVILEGES: commaListVar.optional(),
  PROCTOR_ALLOWED_CONTAINERS: commaListVar.optional(),
  PROCTOR_ALLOWED_SCRATCH_SIZE: quantityVar.optional(),
  PROCTOR_POD_SECURITY: podSecurityVar.optional(),
  PROCTOR_ALLOWED_RUN_AS_IDS: idRangesVar.optional(),
  PROCTOR_USER_SHARE: userShareVar,
  PROCTOR_QUEUE_LIMIT: integerVar({ min: 1, max: 100_000_000, default: 100_000 }),
  PROCTOR_AUDIT_HEADS_URL: urlVar.optional(),
  PROCTOR_AUDIT_HEADS_SECRET: textVar().optional(),
  PROCTOR_MAIL_ALLOWED_DOMAINS: mailDomainsVar.optional(),
  PROCTOR_MAIL_MIN_INTERVAL_SECONDS: integerVar({ min: 1, max: 86_400, default: 10 }),
  PROCTOR_SCHEDULES_PER_OWNER: integerVar({ min: 1, max: 1_000_000, default: 500 }),
});

export type GatewaySettings = ReturnType<typeof loadGatewayEnv>;

/** @throws ConfigurationError listing every invalid variable */
export function loadGatewayEnv(source: EnvSource) {
  const outbound = readOutboundSettings(source);
  const problems = source['PROCTOR_AUDIT_HEADS_URL'] ? outbound.problems : [];
  const env = loadEnv(
    schema,
    source,
    withoutRepeats([...checkAuthPlugin(source), ...checkTokenLifetime(source), ...problems]),
  );
  const headsUrl = env.PROCTOR_AUDIT_HEADS_URL;
  return {
    ...serviceSettings(env),
    host: env.PROCTOR_APP_HOST,
    port: env.PROCTOR_APP_PORT,
    health: healthSettings(env),
    trustProxy: env.PROCTOR_TRUST_PROXY,
    publicOrigin: env.PROCTOR_PUBLIC_URL === undefined ? null : new URL(env.PROCTOR_PUBLIC_URL).origin,
    /** By which browsers reach the gateway, besides the names of loopback. */
    allowedHosts: [
      ...(env.PROCTOR_PUBLIC_URL === undefined ? [] : [new URL(env.PROCTOR_PUBLIC_URL).hostname]),
      ...env.PROCTOR_ALLOWED_HOSTS,
    ],
    secretKeys: secretKeysOf(env),
    /** To webhooks, and to issuers of workload tokens. */
    outbound: outbound.settings,
    access: {
      isAuthenticationOn: env.PROCTOR_AUTH_ENABLED,
      plugin: {
        name: env.PROCTOR_AUTH_PLUGIN_BINARY,
        shownName: showPlugin(env.PROCTOR_AUTH_PLUGIN_BINARY),
        exported: env.PROCTOR_AUTH_PLUGIN_EXPORTED,
        env: source,
      },
      failedLogins: {
        perAddress: env.PROCTOR_FAILED_LOGINS_PER_ADDRESS,
        perIdentity: env.PROCTOR_FAILED_LOGINS_PER_IDENTITY,
      },
      adminGroups: adminGroupsOf(env),
      minClientVersion: env.PROCTOR_MIN_CLIENT_VERSION ?? null,
    },
    tokenLifetime: {
      defaultDays: env.PROCTOR_TOKEN_DEFAULT_DAYS ?? null,
      maxDays: env.PROCTOR_TOKEN_MAX_DAYS ?? null,
    },
    sessions: sessionsOf(env),
    logStream: {
      largestInboundBytes: env.PROCTOR_LOGS_STREAM_READ_BUFFER_SIZE,
      maxWaitingBytes: env.PROCTOR_LOGS_STREAM_WRITE_BUFFER_SIZE,
      patienceMs: env.PROCTOR_LOGS_STREAM_PATIENCE_SECONDS * 1_000,
    },
    allowed: {
      namespaces: env.PROCTOR_ALLOWED_NAMESPACES ?? [],
      serviceAccounts: env.PROCTOR_ALLOWED_SERVICE_ACCOUNTS ?? null,
      imageRegistries: env.PROCTOR_ALLOWED_IMAGE_REGISTRIES ?? null,
      nodeSelectors: env.PROCTOR_ALLOWED_NODE_SELECTORS ?? null,
      imagePullSecrets: env.PROCTOR_ALLOWED_PULL_SECRETS ?? null,
      priorityClasses: env.PROCTOR_ALLOWED_PRIORITY_CLASSES ?? null,
      runtimeClasses: env.PROCTOR_ALLOWED_RUNTIME_CLASSES ?? null,
      imagePullPolicies: env.PROCTOR_ALLOWED_PULL_POLICIES ?? null,
      queues: env.PROCTOR_ALLOWED_QUEUES ?? null,
      // What the namespace holds is not every proc's to read.
      configMaps: env.PROCTOR_ALLOWED_CONFIG_MAPS ?? [],
      secrets: env.PROCTOR_ALLOWED_SECRETS ?? [],
      /** Null: as the database says. */
      annotations: env.PROCTOR_ALLOWED_ANNOTATIONS ?? null,
      filesSize: env.PROCTOR_ALLOWED_FILES_SIZE ?? null,
      hostAccess: env.PROCTOR_ALLOWED_HOST_ACCESS ?? [],
      privileges: env.PROCTOR_ALLOWED_PRIVILEGES ?? [],
      containers: env.PROCTOR_ALLOWED_CONTAINERS ?? [],
      scratchSize: env.PROCTOR_ALLOWED_SCRATCH_SIZE ?? null,
      ids: env.PROCTOR_ALLOWED_RUN_AS_IDS ?? null,
    },
    /** Null: as the database says. */
    podSecurity: env.PROCTOR_POD_SECURITY ?? null,
    limits: limitsOf(env),
    userShare: env.PROCTOR_USER_SHARE,
    queueLimit: env.PROCTOR_QUEUE_LIMIT,
    /** Where the heads of the audit chain are posted; null: nowhere. */
    auditHeads:
      headsUrl === undefined ? null : { url: headsUrl, secret: env.PROCTOR_AUDIT_HEADS_SECRET ?? null },
    mailRules: {
      domains: env.PROCTOR_MAIL_ALLOWED_DOMAINS ?? null,
      minIntervalSeconds: env.PROCTOR_MAIL_MIN_INTERVAL_SECONDS,
    },
    schedulesPerOwner: env.PROCTOR_SCHEDULES_PER_OWNER,
  };
}

/** The plugin and the webhook read the same variables of proxies. */
function withoutRepeats(problems: readonly ConfigurationProblem[]): ConfigurationProblem[] {
  return [...new Map(problems.map((problem) => [problem.variable, problem])).values()];
}

import { hostname } from 'node:os';
import type * as z from 'zod';
import { readOutboundSettings } from '@app/outbound';
import {
  adminGroupsOf,
  adminGroupVars,
  booleanVar,
  commaListVar,
  healthSettings,
  healthVars,
  integerVar,
  loadEnv,
  mailDomainsVar,
  baseUrlVar,
  outboundVars,
  parsedVar,
  portVar,
  secretKeysOf,
  secretKeyVars,
  serviceSchema,
  serviceSettings,
  textVar,
  urlVar,
  type EnvSource,
} from '@app/platform';
import { chooseNotificationPlugins } from '@app/plugins';
import { MAIL_TLS, type MailSettings } from './channels/mail.js';
import { NOTHING_ALLOWED, parseAllowedTargets } from './outbound/check-address.js';

const ADDRESS = /^[^\s<>@,;"]+@[^\s<>@,;"]+$/;

const senderVar = parsedVar('an email address, or NAME <ADDRESS>', (text) => {
  const address = /^[^<>\r\n"]*<([^<>]+)>$/.exec(text)?.[1] ?? text;
  return ADDRESS.test(address) ? text : undefined;
});

/** `npm run docs` reads it for docs/settings.md. */
export const schema = serviceSchema({
  ...healthVars,
  ...outboundVars,
  ...secretKeyVars,
  // Without it everything but callbacks is sent: installations from before callback URLs were sealed have none here.
  PROCTOR_SECRET_KEY: secretKeyVars.PROCTOR_SECRET_KEY.optional(),
  PROCTOR_MAIL_SERVER_HOST: textVar('the host of an SMTP server').optional(),
  PROCTOR_MAIL_SERVER_PORT: portVar.optional(),
  PROCTOR_MAIL_USERNAME: textVar().optional(),
  PROCTOR_MAIL_PASSWORD: textVar().optional(),
  PROCTOR_MAIL_FROM: senderVar.optional(),
  PROCTOR_AUTH_ENABLED: booleanVar().default(true),
  ...adminGroupVars,
  PROCTOR_MAIL_ALLOWED_DOMAINS: mailDomainsVar.optional(),
  PROCTOR_MAIL_QUOTA_PER_HOUR: integerVar({ min: 1, max: 1_000_000, default: 200 }),
  PROCTOR_MAIL_TLS: parsedVar(`one of ${MAIL_TLS.join(', ')}`, (text) =>
    MAIL_TLS.find((tls) => tls === text.toLowerCase()),
  ).optional(),
  SLACK_PLUGIN_URL: urlVar.optional(),
  PROCTOR_WEBHOOK_URL: urlVar.optional(),
  PROCTOR_WEBHOOK_SECRET: textVar().optional(),
  PROCTOR_OUTBOUND_ALLOWED: parsedVar(
    'a comma-separated list of CIDR ranges, addresses and host names, such as 10.0.0.0/8,hooks.internal',
    (text) => parseAllowedTargets(text.split(',').map((item) => item.trim())),
  ).default(NOTHING_ALLOWED),
  PROCTOR_PUBLIC_URL: baseUrlVar.optional(),
  PROCTOR_NOTIFICATION_PLUGIN_BINARY: commaListVar.optional(),
  PROCTOR_NOTIFICATION_PLUGIN_EXPORTED: commaListVar.optional(),
  PROCTOR_NOTIFICATION_ATTEMPTS: integerVar({ min: 1, max: 1_000, default: 24 }),
  PROCTOR_NOTIFICATION_RETRY_SECONDS: integerVar({ min: 1, max: 900, default: 5 }),
  PROCTOR_NOTIFICATION_SEND_SECONDS: integerVar({ min: 1, max: 600, default: 60 }),
});

export type NotifierEnv = ReturnType<typeof loadNotifierEnv>;

/** The notifier's settings. @throws ConfigurationError with every problem */
export function loadNotifierEnv(source: EnvSource) {
  const plugins = chooseNotificationPlugins(source);
  const outbound = readOutboundSettings(source);
  const env = loadEnv(schema, source, [...plugins.problems, ...outbound.problems]);
  const { PROCTOR_SECRET_KEY } = env;
  return {
    ...serviceSettings(env),
    health: healthSettings(env),
    /** Null: callbacks wait. */
    secretKeys: PROCTOR_SECRET_KEY === undefined ? null : secretKeysOf({ ...env, PROCTOR_SECRET_KEY }),
    mail: mailSettings(env),
    mailsPerHour: env.PROCTOR_MAIL_QUOTA_PER_HOUR,
    recipients: {
      domains: env.PROCTOR_MAIL_ALLOWED_DOMAINS ?? null,
      adminGroups: env.PROCTOR_AUTH_ENABLED ? adminGroupsOf(env) : null,
    },
    /** The domain of delivery keys; the same on every replica. */
    keyDomain: domainOf(env.PROCTOR_MAIL_FROM ?? env.PROCTOR_MAIL_USERNAME ?? '') ?? 'proctor.invalid',
    slackUrl: env.SLACK_PLUGIN_URL ?? null,
    webhook: {
      url: env.PROCTOR_WEBHOOK_URL ?? null,
      secret: env.PROCTOR_WEBHOOK_SECRET ?? null,
    },
    outbound: outbound.settings,
    outboundAllowed: env.PROCTOR_OUTBOUND_ALLOWED,
    publicUrl: env.PROCTOR_PUBLIC_URL ?? null,
    plugins: plugins.own,
    attempts: {
      max: env.PROCTOR_NOTIFICATION_ATTEMPTS,
      firstRetryMs: env.PROCTOR_NOTIFICATION_RETRY_SECONDS * 1_000,
      timeoutMs: env.PROCTOR_NOTIFICATION_SEND_SECONDS * 1_000,
    },
  };
}

function mailSettings(env: z.output<typeof schema>): MailSettings | null {
  const host = env.PROCTOR_MAIL_SERVER_HOST;
  if (host === undefined) return null;
  const user = env.PROCTOR_MAIL_USERNAME;
  const tls = env.PROCTOR_MAIL_TLS ?? (env.PROCTOR_MAIL_SERVER_PORT === 465 ? 'implicit' : 'starttls');
  return {
    host,
    tls,
    port: env.PROCTOR_MAIL_SERVER_PORT ?? (tls === 'implicit' ? 465 : 587),
    login: user && env.PROCTOR_MAIL_PASSWORD ? { user, password: env.PROCTOR_MAIL_PASSWORD } : null,
    from: env.PROCTOR_MAIL_FROM ?? (user && ADDRESS.test(user) ? user : `proctor@${hostname()}`),
  };
}

function domainOf(sender: string): string | null {
  return /@([a-z0-9.-]+)>?$/i.exec(sender)?.[1]?.toLowerCase() ?? null;
}

import { describe, expect, it } from '@jest/globals';
import { REQUIRED_ENV, wrongVariables } from '../../../libs/platform/src/testing/index.js';
import { loadNotifierEnv } from './env.js';
import { isAddressAllowed } from './outbound/check-address.js';

const host = { ...REQUIRED_ENV, PROCTOR_MAIL_SERVER_HOST: 'smtp' };

describe("the notifier's environment", () => {
  it('needs Postgres and Redis only, and then sends nothing', () => {
    expect(loadNotifierEnv(REQUIRED_ENV)).toMatchObject({
      mail: null,
      slackUrl: null,
      webhook: { url: null, secret: null },
      publicUrl: null,
      plugins: [],
      attempts: { max: 24, firstRetryMs: 5_000, timeoutMs: 60_000 },
      keyDomain: 'proctor.invalid',
      health: null,
    });
  });

  it.each([
    [{}, { port: 587, tls: 'starttls', login: null }],
    [{ PROCTOR_MAIL_SERVER_PORT: '465' }, { port: 465, tls: 'implicit' }],
    [
      { PROCTOR_MAIL_SERVER_PORT: '25', PROCTOR_MAIL_TLS: 'off' },
      { port: 25, tls: 'off' },
    ],
    [{ PROCTOR_MAIL_TLS: 'Implicit' }, { port: 465, tls: 'implicit' }],
    [{ PROCTOR_MAIL_TLS: 'required' }, { port: 587, tls: 'required' }],
    [
      { PROCTOR_MAIL_USERNAME: 'bot@x.org', PROCTOR_MAIL_PASSWORD: 'p w' },
      { login: { user: 'bot@x.org', password: 'p w' }, from: 'bot@x.org' },
    ],
    [
      { PROCTOR_MAIL_USERNAME: 'bot', PROCTOR_MAIL_FROM: 'The Bot <bot@x.org>' },
      { login: null, from: 'The Bot <bot@x.org>' },
    ],
    [{ PROCTOR_MAIL_USERNAME: 'bot' }, { from: expect.stringMatching(/^proctor@./) as unknown }],
  ])('mail with %j', (env, mail) => {
    expect(loadNotifierEnv({ ...host, ...env }).mail).toMatchObject({ host: 'smtp', ...mail });
  });

  it('takes the domain of delivery keys from the sender, which is the same on every replica', () => {
    const from = { PROCTOR_MAIL_FROM: 'The Bot <bot@Mail.X.org>' };
    expect(loadNotifierEnv({ ...host, ...from }).keyDomain).toBe('mail.x.org');
    expect(loadNotifierEnv({ ...host, PROCTOR_MAIL_USERNAME: 'bot@x.org' }).keyDomain).toBe('x.org');
    expect(loadNotifierEnv({ ...host, PROCTOR_MAIL_USERNAME: 'bot' }).keyDomain).toBe('proctor.invalid');
  });

  it('reads which targets are allowed', () => {
    const { outboundAllowed } = loadNotifierEnv({
      ...REQUIRED_ENV,
      PROCTOR_OUTBOUND_ALLOWED: '10.0.0.0/8, hooks.internal',
    });
    expect(isAddressAllowed('10.2.3.4', outboundAllowed)).toBe(true);
    expect([...outboundAllowed.hosts]).toEqual(['hooks.internal']);
    expect(isAddressAllowed('10.2.3.4', loadNotifierEnv(REQUIRED_ENV).outboundAllowed)).toBe(false);
  });

  it.each([
    ['PROCTOR_MAIL_FROM', 'nobody'],
    ['PROCTOR_MAIL_FROM', 'a@x.org, b@x.org'],
    ['PROCTOR_MAIL_FROM', 'a@x.org\r\nBcc: b@x.org'],
    ['PROCTOR_MAIL_TLS', 'yes'],
    ['PROCTOR_MAIL_SERVER_PORT', '0'],
    ['SLACK_PLUGIN_URL', 'hooks.slack.com'],
    ['PROCTOR_WEBHOOK_URL', 'https://user:pass@x.org/'],
    ['PROCTOR_OUTBOUND_ALLOWED', '10.0.0.0/8,https://x.org'],
    ['PROCTOR_PUBLIC_URL', 'proctor'],
    ['PROCTOR_NOTIFICATION_ATTEMPTS', '0'],
  ])('refuses %s=%s', (variable, value) => {
    expect(wrongVariables(() => loadNotifierEnv({ ...REQUIRED_ENV, [variable]: value }))).toEqual([variable]);
  });

  it('reports problems of plugins together with all others', () => {
    const env = { PROCTOR_NOTIFICATION_PLUGIN_BINARY: 'webhook,x.so', PROCTOR_MAIL_TLS: 'yes' };
    expect(wrongVariables(() => loadNotifierEnv(env))).toEqual(
      [
        ...Object.keys(REQUIRED_ENV),
        'PROCTOR_NOTIFICATION_PLUGIN_BINARY',
        'PROCTOR_WEBHOOK_URL',
        'PROCTOR_MAIL_TLS',
      ].sort(),
    );
  });
});

import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ExecutionConsumer, ExecutionQueue, RedisProbe, SignalSender, type RedisSettings } from '@app/queue';
import { loadEnv } from '@app/platform';
import { Redis } from 'ioredis';
import * as z from 'zod';
import { redisSettings, redisVars } from '../../libs/platform/src/connection-vars.js';
import { expired, TestAuthority } from '../support/certificates.js';
import { freePort, startOwnRedis, type OwnRedis } from '../support/servers.js';

const schema = z.object(redisVars);
const USER = { PROCTOR_REDIS_USERNAME: 'proctor', PROCTOR_REDIS_PASSWORD: 'of-the-services' };

let ours: TestAuthority;
let other: TestAuthority;
let redis: OwnRedis;
let demanding: OwnRedis;
let stale: OwnRedis;
let ports: { redis: number; demanding: number; stale: number };
const cleanUps: (() => unknown)[] = [];

beforeAll(async () => {
  ours = new TestAuthority('ours');
  other = new TestAuthority('other');
  const good = ours.issueFiles('server', ['localhost']);
  const old = ours.issueFiles('stale', ['localhost'], expired());
  ports = { redis: await freePort(), demanding: await freePort(), stale: await freePort() };
  const tls = (port: number, { cert, key }: { cert: string; key: string }, clients: string) => [
    `tls-port ${port}`,
    `tls-cert-file "${cert}"`,
    `tls-key-file "${key}"`,
    `tls-ca-cert-file "${ours.caFile}"`,
    `tls-auth-clients ${clients}`,
  ];
  // As docs/operations.md has it.
  const user = 'user proctor on >of-the-services ~proctor* &proctor* +@all -@admin -@dangerous +info';
  [redis, demanding, stale] = await Promise.all([
    startOwnRedis({ password: 'of-the-admin', directives: [...tls(ports.redis, good, 'no'), user] }),
    startOwnRedis({ directives: tls(ports.demanding, good, 'yes') }),
    startOwnRedis({ directives: tls(ports.stale, old, 'no') }),
  ]);
}, 60_000);
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});
afterAll(async () => {
  await Promise.all([redis, demanding, stale].map((server) => server?.remove()));
  ours.remove();
  other.remove();
}, 30_000);

type Env = Record<string, string>;

const settingsOf = (env: Env, port = ports.redis): RedisSettings =>
  redisSettings(loadEnv(schema, { PROCTOR_REDIS_ADDRESS: `localhost:${port}`, ...env }));
const trusted = (ca = ours.caFile): Env => ({ PROCTOR_REDIS_TLS: 'true', PROCTOR_REDIS_TLS_CA: ca });

/** `ready`, or the first thing that an operator would read. */
async function connect(env: Env, port?: number): Promise<string> {
  return await new Promise((resolve) => {
    const probe = new RedisProbe(settingsOf(env, port), (error) => resolve(error.message));
    cleanUps.push(() => probe.close());
    const ping = () => {
      probe.ping().then(
        () => resolve('ready'),
        (error: Error) => (/Stream isn't writeable/.test(error.message) ? setTimeout(ping, 20) : undefined),
      );
    };
    ping();
  });
}

describe('TLS to Redis', () => {
  it('encrypts, with a user of the ACL', async () => {
    expect(await connect({ ...trusted(), ...USER })).toBe('ready');
  });

  it.each<[string, () => [Env, number?], RegExp]>([
    [
      'an authority that is not trusted',
      () => [{ PROCTOR_REDIS_TLS: 'true', ...USER }],
      /authority that is not trusted here\. Set PROCTOR_REDIS_TLS_CA/,
    ],
    [
      'another authority',
      () => [{ ...trusted(other.caFile), ...USER }],
      /authority that is not trusted here/,
    ],
    [
      'an address that the certificate does not name',
      () => [{ ...trusted(), ...USER, PROCTOR_REDIS_ADDRESS: `127.0.0.1:${ports.redis}` }],
      /certificate is for another host: localhost/,
    ],
    ['a certificate that has expired', () => [trusted(), ports.stale], /certificate has expired/],
    [
      'a server that speaks plain text',
      () => [{ ...trusted(), ...USER }, redis.port],
      /With PROCTOR_REDIS_TLS, check that it speaks TLS/,
    ],
    ['a server that demands a client certificate', () => [trusted(), ports.demanding], /client certificate/],
    [
      'a wrong password',
      () => [{ ...trusted(), ...USER, PROCTOR_REDIS_PASSWORD: 'guessed' }],
      /WRONGPASS .*PROCTOR_REDIS_USERNAME/,
    ],
    [
      'a user that does not exist',
      () => [{ ...trusted(), ...USER, PROCTOR_REDIS_USERNAME: 'eve' }],
      /WRONGPASS/,
    ],
    ['no password', () => [trusted()], /NOAUTH/],
  ])('refuses %s, and names the setting', async (_what, given, said) => {
    const message = await connect(...given());
    expect(message).toMatch(said);
    expect(message).not.toMatch(/of-the-services|guessed/);
  });

  it('sends a client certificate', async () => {
    const { cert, key } = ours.issueFiles('client', []);
    const client = { PROCTOR_REDIS_TLS_CERT: cert, PROCTOR_REDIS_TLS_KEY: key };
    expect(await connect({ ...trusted(), ...client }, ports.demanding)).toBe('ready');
  });

  it('carries queue and signals for a user without dangerous commands', async () => {
    const settings = settingsOf({ ...trusted(), ...USER });
    const errors: string[] = [];
    const onError = (error: Error) => void errors.push(error.message);
    const queue = new ExecutionQueue(settings, 'tls', onError);
    cleanUps.push(() => queue.close());
    const handled = new Promise<number>((resolve) => {
      const handle = async (id: number) => {
        resolve(id);
        return { kind: 'done' as const };
      };
      const consumer = new ExecutionConsumer({
        redis: settings,
        installationId: 'tls',
        concurrency: 1,
        handle,
        onError,
      });
      cleanUps.push(() => consumer.stop());
    });
    const heard = new Redis({ port: redis.port, password: 'of-the-admin' });
    cleanUps.push(() => heard.disconnect());
    await heard.subscribe('proctor.notification');
    const signals = new SignalSender(settings, 'tls', onError);
    cleanUps.push(() => signals.close());
    await queue.ping();
    await queue.add([7]);
    expect(await handled).toBe(7);
    const message = once(heard, 'message');
    const sending = setInterval(() => void signals.send('notification', {}), 50);
    await message;
    clearInterval(sending);
    const admin = new Redis({ port: redis.port, password: 'of-the-admin' });
    cleanUps.push(() => admin.disconnect());
    const denied = (await admin.call('ACL', 'LOG')) as unknown[][];
    expect(denied.map((entry) => entry.join(' ')).filter((entry) => !/reason auth/.test(entry))).toEqual([]);
    expect(errors).toEqual([]);
    const asService = new Redis({ port: redis.port, username: 'proctor', password: 'of-the-services' });
    cleanUps.push(() => asService.disconnect());
    for (const command of [
      ['FLUSHALL'],
      ['CONFIG', 'GET', '*'],
      ['KEYS', '*'],
      ['GET', 'of-another-program'],
    ])
      await expect(asService.call(...(command as [string]))).rejects.toThrow('NOPERM');
  });
});

describe('the settings of Redis', () => {
  it.each<[string, () => Env, string]>([
    ['certificates without TLS', () => ({ PROCTOR_REDIS_TLS_CA: ours.caFile }), 'PROCTOR_REDIS_TLS:'],
    ['a user without a password', () => ({ PROCTOR_REDIS_USERNAME: 'proctor' }), 'PROCTOR_REDIS_PASSWORD:'],
    ['a missing file', () => trusted('/nowhere/ca.pem'), 'PROCTOR_REDIS_TLS_CA:'],
  ])('refuse %s', (_what, env, variable) => {
    expect(() => settingsOf(env())).toThrow(variable);
  });
});

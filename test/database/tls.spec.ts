import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database, isDatabaseUnavailable, waitForInstallation } from '@app/database';
import { loadEnv, postgresSettings, postgresVars } from '@app/platform';
import * as z from 'zod';
import { migrate } from '../../scripts/lib/apply-migrations.mjs';
import { postgresTlsFromEnv } from '../../scripts/lib/postgres-tls.mjs';
import { expired, TestAuthority } from '../support/certificates.js';
import { query, startOwnPostgres, testPostgresUrl, type OwnPostgres } from '../support/servers.js';

const schema = z.object(postgresVars);
let ours: TestAuthority;
let other: TestAuthority;
let postgres: OwnPostgres;
let certFile: string;
let keyFile: string;

/** The server's certificate, which it reads again on SIGHUP. */
function present(certificate: { certificatePem: string; keyPem: string }): void {
  certFile = ours.write('server.pem', certificate.certificatePem);
  keyFile = ours.write('server.key', certificate.keyPem);
}

beforeAll(async () => {
  ours = new TestAuthority('ours');
  other = new TestAuthority('other');
  present(ours.issue(['localhost']));
  const hba = ours.write(
    'pg_hba.conf',
    [
      'hostssl demanding all 127.0.0.1/32 scram-sha-256 clientcert=verify-ca',
      'host all all 127.0.0.1/32 scram-sha-256',
    ].join('\n'),
  );
  const files = { ssl_cert_file: certFile, ssl_key_file: keyFile, ssl_ca_file: ours.caFile, hba_file: hba };
  postgres = await startOwnPostgres({ settings: { ssl: 'on', ...files } });
  await migrate({ connectionString: postgres.url('postgres') });
  await query(postgres.url('postgres'), 'create database demanding');
}, 60_000);
afterAll(async () => {
  await postgres?.remove();
  ours.remove();
  other.remove();
}, 30_000);

type Env = Record<string, string>;

/** The variables of a connection to the server, by name unless `env` says otherwise. */
function envOf(env: Env, url = postgres.url('postgres')): Env {
  const { port, username, password, pathname } = new URL(url);
  return {
    PROCTOR_POSTGRES_HOST: 'localhost',
    PROCTOR_POSTGRES_PORT: port,
    PROCTOR_POSTGRES_USER: username,
    PROCTOR_POSTGRES_PASSWORD: password,
    PROCTOR_POSTGRES_DATABASE: pathname.slice(1),
    ...env,
  };
}

/** Whether a service's connection is encrypted, or what the service says while it waits. */
async function connect(env: Env): Promise<string> {
  const database = new Database(postgresSettings(loadEnv(schema, env)));
  const stop = new AbortController();
  let said = '';
  try {
    await waitForInstallation(database, stop.signal, (what) => {
      said = what;
      stop.abort(new Error('waits'));
    }).catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
    if (said) return said;
    const rows = await database.client.$queryRaw<{ version: string | null }[]>`
      select version from pg_stat_ssl where pid = pg_backend_pid()`;
    return rows[0]?.version ?? 'plain';
  } finally {
    await database.close();
  }
}

/** As `connect`, for a migration. */
const migrateWith = (env: Env) => {
  const url = new URL(postgres.url(env['PROCTOR_POSTGRES_DATABASE'] ?? 'postgres'));
  url.hostname = env['PROCTOR_POSTGRES_HOST']!;
  url.port = env['PROCTOR_POSTGRES_PORT']!;
  return migrate({ connectionString: url.href, tls: postgresTlsFromEnv(env) });
};

const full = (ca = ours.caFile): Env => ({
  PROCTOR_POSTGRES_SSL_MODE: 'verify-full',
  PROCTOR_POSTGRES_SSL_CA: ca,
});
const ADDRESS = { PROCTOR_POSTGRES_HOST: '127.0.0.1' };

describe('TLS to Postgres', () => {
  it.each<[string, () => Env]>([
    ['verify-full, by a name of the certificate', () => full()],
    [
      'verify-ca, by an address that it does not name',
      () => ({ ...full(), ...ADDRESS, PROCTOR_POSTGRES_SSL_MODE: 'verify-ca' }),
    ],
    ['require, which checks nothing', () => ({ ...ADDRESS, PROCTOR_POSTGRES_SSL_MODE: 'require' })],
  ])('encrypts with %s', async (_what, env) => {
    expect(await connect(envOf(env()))).toMatch(/^TLSv1\.[23]$/);
    expect(await migrateWith(envOf(env()))).toEqual([]);
  });

  it('is off by default, as in earlier versions', async () => {
    expect(await connect(envOf({}))).toBe('plain');
  });

  it.each<[string, () => Env, RegExp, RegExp]>([
    [
      'an authority that is not trusted',
      () => ({ PROCTOR_POSTGRES_SSL_MODE: 'verify-full' }),
      /authority that is not trusted here\. Set PROCTOR_POSTGRES_SSL_CA/,
      /verify|self-signed|issuer/,
    ],
    [
      'another authority',
      () => full(other.caFile),
      /authority that is not trusted here/,
      /verify|self-signed|issuer/,
    ],
    [
      'another authority, with verify-ca',
      () => ({ ...full(other.caFile), PROCTOR_POSTGRES_SSL_MODE: 'verify-ca' }),
      /authority that is not trusted here/,
      /verify|self-signed|issuer/,
    ],
    // pg gives Node no host for an address, so that Node would check the certificate for `localhost`.
    [
      'an address that the certificate does not name',
      () => ({ ...full(), ...ADDRESS }),
      /certificate is not for 127\.0\.0\.1\. Set PROCTOR_POSTGRES_HOST/,
      /altnames/,
    ],
  ])('refuses %s', async (_what, env, said, failed) => {
    expect(await connect(envOf(env()))).toMatch(said);
    await expect(migrateWith(envOf(env()))).rejects.toMatchObject({
      message: expect.stringMatching(failed),
      hint: expect.stringContaining('PROCTOR_POSTGRES_SSL_MODE'),
    });
  });

  it('sends a client certificate, and says that one is missing', async () => {
    const { cert, key } = ours.issueFiles('client', []);
    const client = { PROCTOR_POSTGRES_SSL_CERT: cert, PROCTOR_POSTGRES_SSL_KEY: key };
    const demanding = { ...full(), PROCTOR_POSTGRES_DATABASE: 'demanding' };
    await migrateWith(envOf({ ...demanding, ...client }));
    expect(await connect(envOf({ ...demanding, ...client }))).toMatch(/^TLS/);
    await expect(connect(envOf(demanding))).rejects.toThrow(/denied access|client certificate/i);
    const foreign = other.issueFiles('client', []);
    const refused = { PROCTOR_POSTGRES_SSL_CERT: foreign.cert, PROCTOR_POSTGRES_SSL_KEY: foreign.key };
    expect(await connect(envOf({ ...demanding, ...refused }))).toMatch(/^Waiting for Postgres: /);
  });

  it('never falls back to plain text, and sends nothing to a server without TLS', async () => {
    const real = new URL(testPostgresUrl());
    const plain = envOf({ ...full(), ...ADDRESS, PROCTOR_POSTGRES_PORT: real.port }, real.href);
    expect(await connect(plain)).toMatch(/does not speak TLS/);
    await expect(migrateWith(plain)).rejects.toThrow(/does not support SSL/);

    const received: Buffer[] = [];
    const fake = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        received.push(data);
        socket.write('N');
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => fake.once('listening', resolve));
    const port = String((fake.address() as AddressInfo).port);
    try {
      expect(
        await connect(
          envOf({ PROCTOR_POSTGRES_SSL_MODE: 'require', ...ADDRESS, PROCTOR_POSTGRES_PORT: port }),
        ),
      ).toMatch(/does not speak TLS/);
      // The request for TLS, and no user, database or password.
      expect(received.every((data) => data.equals(Buffer.from('0000000804d2162f', 'hex')))).toBe(true);
    } finally {
      fake.close();
    }
  });

  it('refuses a certificate that has expired, as an outage and not as a bug', async () => {
    present(ours.issue(['localhost'], expired()));
    await postgres.kill('SIGHUP');
    const env = envOf(full());
    let said = '';
    // The server reads its certificate again in a moment.
    for (let tries = 0; tries < 100 && !/expired/.test(said); tries++) said = await connect(env);
    expect(said).toMatch(/^Waiting for Postgres: its certificate has expired\. Renew it/);
    const database = new Database(postgresSettings(loadEnv(schema, env)));
    const failure: unknown = await database.ping().catch((error: unknown) => error);
    await database.close();
    expect(failure).toBeInstanceOf(Error);
    expect(isDatabaseUnavailable(failure)).toBe(true);
    await expect(migrateWith(env)).rejects.toThrow(/certificate has expired/);
  });
});

describe('the settings of TLS', () => {
  it.each<[string, () => Env, string]>([
    ['a fall-back to plain text', () => ({ PROCTOR_POSTGRES_SSL_MODE: 'prefer' }), '_SSL_MODE'],
    ['an authority without TLS', () => ({ PROCTOR_POSTGRES_SSL_CA: ours.caFile }), '_SSL_MODE'],
    [
      'an authority that is not used',
      () => ({ ...full(), PROCTOR_POSTGRES_SSL_MODE: 'require' }),
      '_SSL_MODE',
    ],
    ['a socket', () => ({ ...full(), PROCTOR_POSTGRES_HOST: '/run/postgresql' }), '_SSL_MODE'],
    ['no authority to verify', () => ({ PROCTOR_POSTGRES_SSL_MODE: 'verify-ca' }), '_SSL_CA'],
    ['a relative path', () => full('ca.pem'), '_SSL_CA'],
    ['a missing file', () => full('/nowhere/ca.pem'), '_SSL_CA'],
    [
      'a certificate without its key',
      () => ({ ...full(), PROCTOR_POSTGRES_SSL_CERT: ours.issueFiles('c', []).cert }),
      '_SSL_KEY',
    ],
  ])('%s is refused alike for services and migrations', (_what, env, variable) => {
    const all = envOf(env());
    expect(() => postgresSettings(loadEnv(schema, all))).toThrow(`PROCTOR_POSTGRES${variable}`);
    expect(() => postgresTlsFromEnv(all)).toThrow(`PROCTOR_POSTGRES${variable}`);
  });

  it.each<[string, () => Env, RegExp]>([
    [
      'a file without certificates',
      () => full(ours.write('empty.pem', 'nothing')),
      /holds none that is valid/,
    ],
    [
      'the key of another certificate',
      () => ({
        ...full(),
        PROCTOR_POSTGRES_SSL_CERT: ours.issueFiles('a', []).cert,
        PROCTOR_POSTGRES_SSL_KEY: ours.issueFiles('b', []).key,
      }),
      /private key of PROCTOR_POSTGRES_SSL_CERT/,
    ],
  ])('%s is refused, and never shown', (_what, env, expected) => {
    const all = envOf(env());
    const read = () => postgresSettings(loadEnv(schema, all));
    expect(read).toThrow(expected);
    const key = all['PROCTOR_POSTGRES_SSL_KEY'];
    if (key) expect(read).not.toThrow(readFileSync(key, 'utf8').split('\n')[1]!);
  });
});

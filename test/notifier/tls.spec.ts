import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createSelfSignedCertificate } from '../../libs/kube-sandbox/src/api/self-signed-certificate.js';
import { until } from '../support/api-client.js';
import { MailServer, type MailServerOptions } from '../support/mail-server.js';
import { openNotifierBench, type NotifierBench } from '../support/notifier.js';
import { tempDir } from '../support/servers.js';

const dir = tempDir();
const { keyPem: key, certificatePem: cert } = createSelfSignedCertificate(Date.now());
const certificatePath = join(dir.path, 'ca.pem');
writeFileSync(certificatePath, cert);
const TRUSTED = { NODE_EXTRA_CA_CERTS: certificatePath };
const STARTTLS = { tls: { mode: 'starttls', key, cert } } as const;
const IMPLICIT = { tls: { mode: 'implicit', key, cert } } as const;

let bench: NotifierBench;
let mail: MailServer | null = null;
beforeAll(async () => {
  bench = await openNotifierBench();
}, 30_000);
afterEach(async () => {
  await bench.stopNotifiers();
  await mail?.close();
});
afterAll(async () => {
  await bench?.close();
  dir.remove();
}, 30_000);

let count = 0;

/** A server, a notifier that uses it, and an execution whose end somebody is told of. */
async function tell(
  server: MailServerOptions,
  env: Record<string, string>,
  owner = `ada-${(count += 1)}@example.org`,
): Promise<{ id: number; owner: string; server: MailServer }> {
  mail = await MailServer.start(server);
  await bench.useNotifier({
    PROCTOR_MAIL_SERVER_HOST: '127.0.0.1',
    PROCTOR_MAIL_SERVER_PORT: String(mail.port),
    PROCTOR_MAIL_USERNAME: 'user',
    PROCTOR_MAIL_PASSWORD: 'pass',
    PROCTOR_MAIL_FROM: 'proctor@example.org',
    ...env,
  });
  await bench.preferences.set(owner, ['success']);
  return { id: await bench.end({ submission: { userEmail: owner } }), owner, server: mail };
}

/** The reason why it waits, after the first try. */
async function reasonOf(id: number): Promise<string> {
  await until(async () => (await bench.deliveriesOf(id))[0]?.failedReason != null, 20_000);
  const [delivery] = await bench.deliveriesOf(id);
  expect(delivery).toMatchObject({ state: 'pending', sentAt: null });
  return delivery?.failedReason ?? '';
}

describe('an email over TLS', () => {
  it.each([
    ['STARTTLS, which is offered', STARTTLS, {}],
    ['STARTTLS, which is required', STARTTLS, { PROCTOR_MAIL_TLS: 'required' }],
    ['implicit TLS', IMPLICIT, { PROCTOR_MAIL_TLS: 'implicit' }],
  ])(
    'arrives with %s',
    async (_what, server, env) => {
      const told = await tell(server, { ...TRUSTED, ...env });
      await bench.settled(told.id, ['sent']);
      expect(told.server.to(told.owner)).toMatchObject([{ isSecure: true }]);
    },
    30_000,
  );

  it('is sent unencrypted if TLS is neither offered nor required', async () => {
    const told = await tell({}, TRUSTED);
    await bench.settled(told.id, ['sent']);
    expect(told.server.to(told.owner)).toMatchObject([{ isSecure: false }]);
  }, 30_000);

  it('waits, without sending a password, if TLS is required but not offered', async () => {
    const told = await tell({}, { ...TRUSTED, PROCTOR_MAIL_TLS: 'required' });
    expect(await reasonOf(told.id)).toMatch(/STARTTLS|TLS/);
    expect(told.server.mails).toEqual([]);
    expect(told.server.logins).toBe(0);
  }, 30_000);

  it.each([
    ['STARTTLS', STARTTLS, {}],
    ['implicit TLS', IMPLICIT, { PROCTOR_MAIL_TLS: 'implicit' }],
  ])(
    'waits, without sending a password, if the certificate is not trusted: %s',
    async (_what, server, env) => {
      const told = await tell(server, env);
      expect(await reasonOf(told.id)).toMatch(/self-signed certificate.*PROCTOR_CA_FILE/);
      expect(told.server.mails).toEqual([]);
      expect(told.server.logins).toBe(0);
    },
    30_000,
  );
});

describe('a non-ASCII address', () => {
  it('is reached if the server supports SMTPUTF8', async () => {
    const told = await tell({}, {}, 'é@exämple.org');
    await bench.settled(told.id, ['sent']);
    expect(told.server.to(told.owner)).toHaveLength(1);
  }, 30_000);

  it('fails with a reason if the server does not', async () => {
    const told = await tell({ hideSMTPUTF8: true }, {}, 'ö@example.org');
    const [failed] = await bench.settled(told.id, ['failed']);
    expect(failed?.failedReason).toMatch(
      /553 .*malformed address.*not ASCII, so the mail server needs SMTPUTF8/,
    );
    expect(told.server.to(told.owner)).toEqual([]);
  }, 30_000);

  it('is reached in ASCII if only its domain is not', async () => {
    const told = await tell({ hideSMTPUTF8: true }, {}, 'ada@exämple.org');
    await bench.settled(told.id, ['sent']);
    const raw = told.server.mails.map((one) => one.raw).join('\n');
    expect(raw).toMatch(/^To: .*ada@xn--exmple-cua\.org/m);
  }, 30_000);
});

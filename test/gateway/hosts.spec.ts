import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { talk } from '../support/go-wire.js';

/** The bytes of a request as a browser, or something worse, sends it. */
function wire(method: string, target: string, headers: readonly string[], body = ''): string {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  return `${[`${method} ${target} HTTP/1.1`, ...headers, ...length].join('\r\n')}\r\n\r\n${body}`;
}

const handshake = (host: string, ...headers: string[]) =>
  wire('GET', '/execution/logs?context_id=1', [
    ...[`Host: ${host}`, 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
    ...['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', ...headers],
  ]);

describe('while authentication is off', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({
      env: {
        PROCTOR_AUTH_ENABLED: 'false',
        PROCTOR_PUBLIC_URL: 'https://proctor.example.com/tools',
        PROCTOR_ALLOWED_HOSTS: 'gateway, 192.0.2.7',
      },
    });
  }, 60_000);
  afterAll(() => gateway.remove(), 30_000);

  const send = (method: string, target: string, headers: readonly string[], body?: string) =>
    talk(gateway.url, wire(method, target, headers, body));
  const port = () => new URL(gateway.url).port;

  // The page of evil.example, whose name has come to resolve to this machine: its requests are of its own origin.
  const rebound = [
    'Host: evil.example:5001',
    'Origin: http://evil.example:5001',
    'Sec-Fetch-Site: same-origin',
  ];

  it.each([
    ['GET', '/metadata', ''],
    ['GET', '/execution', ''],
    ['GET', '/audit', ''],
    ['GET', '/', ''],
    ['GET', '/docs', ''],
    ['GET', '/openapi.json', ''],
    ['GET', '/auth', ''],
    ['GET', '/no-such-route', ''],
    ['POST', '/metadata', '[{"name":"evil","image_name":"proctor/evil:1"}]'],
    ['POST', '/secret', '{"job_name":"evil","secrets":{"A":"x"}}'],
    ['POST', '/token', '{"email":"admin@example.com"}'],
  ])('refuses a rebound page %s %s', async (method, target, body) => {
    expect(await send(method, target, rebound, body)).toMatchObject({
      status: 403,
      body: expect.stringContaining('PROCTOR_ALLOWED_HOSTS'),
    });
    expect(await gateway.query('select 1 from proc union all select 1 from proc_secret')).toEqual([]);
  });

  it('refuses a rebound page the log stream', async () => {
    const answer = await talk(gateway.url, handshake('evil.example', 'Origin: http://evil.example'));
    expect(answer).toMatchObject({ status: 403, body: expect.stringContaining('PROCTOR_ALLOWED_HOSTS') });
  });

  it('refuses a rebound page that offers h2c, or claims to come from a proxy', async () => {
    const h2c = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'];
    expect(await send('GET', '/metadata', [...rebound, ...h2c])).toMatchObject({ status: 403 });
    const claims = ['X-Forwarded-Host: localhost', 'Forwarded: host=localhost', 'X-Forwarded-Proto: https'];
    expect(await send('GET', '/metadata', [...rebound, ...claims])).toMatchObject({ status: 403 });
  });

  it('audits the refusal', async () => {
    await send('GET', '/procs-of-others', rebound);
    await send('GET', '/execution', [...rebound, 'Email-Id: me@example.com']);
    await gateway.audit.drain();
    const rows = await gateway.query(
      `select action, allowed, details->>'claimed' as claimed from audit_event where action = 'listExecutions' order by id desc limit 1`,
    );
    expect(rows).toEqual([{ action: 'listExecutions', allowed: false, claimed: 'me@example.com' }]);
  });

  it.each([
    'localhost:5001',
    'LOCALHOST',
    'localhost.:80',
    'tools.localhost:5001',
    '127.0.0.1',
    '127.99.0.3:1',
    '[::1]:5001',
    '[0:0:0:0:0:0:0:1]',
    'proctor.example.com',
    'Proctor.Example.Com:8443',
    'gateway:5001',
    '192.0.2.7:5001',
  ])('serves the host %s', async (host) => {
    expect(await send('GET', '/metadata', [`Host: ${host}`])).toMatchObject({ status: 200, body: '[]' });
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    'evillocalhost',
    '127.0.0.1.evil.example',
    '128.0.0.1',
    '0.0.0.0:5001',
    '[::2]',
    '[::ffff:192.0.2.1]:5001',
    'proctor.example.com.evil.example',
    'sub.proctor.example.com',
    '192.0.2.8',
    '',
  ])('refuses the host %j', async (host) => {
    expect(await send('GET', '/metadata', [`Host: ${host}`])).toMatchObject({ status: 403 });
  });

  it('refuses a request of HTTP/1.0 without a host', async () => {
    const answer = await talk(gateway.url, 'GET /metadata HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    expect(answer).toMatchObject({ status: 403 });
  });

  it.each(['/ping', '/health/live', '/health/ready', '/metrics'])('serves %s to any host', async (path) => {
    const probe = ['Host: 10.2.0.9:5001', 'Sec-Fetch-Site: cross-site'];
    expect(await send('GET', path, probe)).toMatchObject({ status: 200 });
    expect((await gateway.call(null, 'GET', path)).status).toBe(200);
  });

  describe('pages of other sites', () => {
    const from = (site: string, ...more: string[]) => [
      `Host: localhost:${port()}`,
      `Sec-Fetch-Site: ${site}`,
      ...more,
    ];
    const NAVIGATION = ['Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'];

    it.each(['cross-site', 'same-site', 'none, cross-site', 'new-value'])('are refused: %s', async (site) => {
      for (const path of ['/metadata', '/docs/index.css', '/']) {
        const answer = await send(
          'GET',
          path,
          from(site, 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image'),
        );
        expect(answer).toMatchObject({ status: 403, body: expect.stringContaining('another site') });
      }
    });

    it.each(['/', '/docs', '/execution/1', '/schedule/1'])('may link to %s', async (path) => {
      const { status } = await send('GET', path, from('cross-site', ...NAVIGATION));
      expect(status).toBe(path.endsWith('1') ? 404 : 200);
    });

    it.each<[string, string, string[]]>([
      ['GET', '/metadata', NAVIGATION],
      ['GET', '/audit/export', NAVIGATION],
      ['POST', '/metadata', NAVIGATION],
      ['GET', '/docs', ['Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe']],
      ['GET', '/docs', ['Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: document']],
    ])('may not open %s %s with %j', async (method, path, headers) => {
      const body = method === 'POST' ? '[{"name":"evil","image_name":"proctor/evil:1"}]' : '';
      expect(await send(method, path, from('cross-site', ...headers), body)).toMatchObject({ status: 403 });
    });

    it('are refused a WebSocket', async () => {
      const host = `localhost:${port()}`;
      const bySite = await talk(gateway.url, handshake(host, 'Sec-Fetch-Site: cross-site'));
      const byOrigin = await talk(gateway.url, handshake(host, 'Origin: https://evil.example'));
      expect([bySite.status, byOrigin.status]).toEqual([403, 403]);
    });

    it.each(['same-origin', 'none'])('are not the gateway’s own pages: %s', async (site) => {
      expect(await send('GET', '/metadata', from(site))).toMatchObject({ status: 200 });
    });
  });

  it('issues no token, and says what to do', async () => {
    const tokens = () => gateway.query('select token_hash from access_token');
    const before = await tokens();
    for (const headers of [undefined, { 'Email-Id': gateway.admin.email }]) {
      const answer = await gateway.call(null, 'POST', '/token', {
        body: { email: gateway.admin.email },
        ...(headers && { headers }),
      });
      expect(answer).toMatchObject({ status: 409, text: expect.stringContaining('PROCTOR_AUTH_ENABLED') });
    }
    for (const path of ['/auth/device', '/auth/device/token', '/auth/refresh']) {
      const body = { device_code: 'x', refresh_token: 'x' };
      expect(await gateway.call(null, 'POST', path, { body })).toMatchObject({ status: 404 });
    }
    expect(await tokens()).toEqual(before);
    expect(await gateway.call(gateway.admin, 'GET', '/token')).toMatchObject({ status: 200 });
  });
});

describe('while authentication is on', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  }, 60_000);
  afterAll(() => gateway.remove(), 30_000);

  const credentials = () => [`Email-Id: ${gateway.admin.email}`, `Access-Token: ${gateway.admin.token}`];

  it('serves any host and site to who sends credentials in headers', async () => {
    const headers = ['Host: any.example', 'Sec-Fetch-Site: cross-site', 'Origin: https://other.example'];
    const answer = await talk(gateway.url, wire('GET', '/metadata', [...headers, ...credentials()]));
    expect(answer).toMatchObject({ status: 200 });
  });

  it('starts no sign-in for a rebound page, only for programs', async () => {
    const rebound = ['Host: evil.example', 'Origin: http://evil.example', 'Content-Length: 0'];
    expect(await talk(gateway.url, wire('POST', '/auth/device', rebound))).toMatchObject({ status: 403 });
    const program = ['Host: any.example', 'Content-Length: 0'];
    // There is no single sign-on here.
    expect(await talk(gateway.url, wire('POST', '/auth/device', program))).toMatchObject({ status: 404 });
  });

  it.each<[string, string, string[]]>([
    ['two hosts', '/metadata', ['Host: localhost', 'Host: evil.example']],
    ['the same host twice', '/metadata', ['Host: localhost', 'HOST: localhost']],
    ['two hosts in one', '/metadata', ['Host: localhost, evil.example']],
    ['two hosts of a probe', '/ping', ['Host: localhost', 'Host: evil.example']],
    ['a user in the host', '/metadata', ['Host: localhost@evil.example']],
    ['a path in the host', '/metadata', ['Host: localhost/evil.example']],
    ['a space in the host', '/metadata', ['Host: local host']],
    ['a broken address', '/metadata', ['Host: [::1']],
    ['an invalid address', '/metadata', ['Host: [::1::2]']],
    ['an invalid port', '/metadata', ['Host: localhost:5001x']],
    ['a port out of range', '/metadata', ['Host: localhost:65536']],
    ['another host in the target', 'http://evil.example/metadata', ['Host: localhost']],
    ['a user in the target', 'http://a@localhost/metadata', ['Host: localhost']],
    ['an invalid target', 'http://[bad/docs', ['Host: localhost']],
  ])('refuses %s', async (_what, target, headers) => {
    const answer = await talk(gateway.url, wire('GET', target, [...headers, ...credentials()]));
    expect(answer).toMatchObject({ status: 400, body: expect.stringMatching(/host|malformed/i) });
  });

  it('refuses a request of HTTP/1.1 without a host, also one that asks for an upgrade', async () => {
    expect((await talk(gateway.url, wire('GET', '/ping', []))).status).toBe(400);
    for (const upgrade of ['websocket', 'h2c']) {
      const headers = ['Connection: Upgrade', `Upgrade: ${upgrade}`, ...credentials()];
      expect((await talk(gateway.url, wire('GET', '/metadata', headers))).status).toBe(400);
    }
  });

  it('serves a target with the host of the request', async () => {
    const absolute = wire('GET', 'http://a.example:80/metadata', ['Host: A.example:80', ...credentials()]);
    expect(await talk(gateway.url, absolute)).toMatchObject({ status: 200 });
  });

  it('does not speak HTTP/2', async () => {
    const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
    expect(await talk(gateway.url, preface)).toMatchObject({ status: 400 });
  });
});

describe('behind a proxy that forwards the host', () => {
  const env = { PROCTOR_AUTH_ENABLED: 'false', PROCTOR_PUBLIC_URL: 'https://proctor.example.com' };
  const ask = async (gateway: TestGateway, host: string, forwarded: string, ...more: string[]) => {
    const headers = [`Host: ${host}`, `X-Forwarded-Host: ${forwarded}`, ...more];
    return (await talk(gateway.url, wire('GET', '/metadata', headers))).status;
  };

  it.each<[string, { trusted: number; other: number }]>([
    ['loopback', { trusted: 200, other: 403 }],
    ['1', { trusted: 200, other: 403 }],
  ])(
    'checks both hosts if it trusts the proxy (%s)',
    async (trust, { trusted, other }) => {
      const gateway = await startTestGateway({ env: { ...env, PROCTOR_TRUST_PROXY: trust } });
      try {
        expect(await ask(gateway, '127.0.0.1:5001', 'proctor.example.com')).toBe(trusted);
        expect(await ask(gateway, '127.0.0.1:5001', 'evil.example')).toBe(other);
        expect(await ask(gateway, '127.0.0.1:5001', 'proctor.example.com, evil.example')).toBe(other);
        // A page may set the header itself, and not every proxy overwrites it.
        expect(await ask(gateway, 'evil.example', 'proctor.example.com')).toBe(other);
        expect(
          await ask(gateway, '127.0.0.1:5001', 'proctor.example.com', 'Origin: https://proctor.example.com'),
        ).toBe(200);
      } finally {
        await gateway.remove();
      }
    },
    60_000,
  );

  it('ignores the header of any other client', async () => {
    const gateway = await startTestGateway({ env: { ...env, PROCTOR_TRUST_PROXY: '192.0.2.1' } });
    try {
      expect(await ask(gateway, 'evil.example', 'proctor.example.com')).toBe(403);
      expect(await ask(gateway, '127.0.0.1:5001', 'evil.example')).toBe(200);
    } finally {
      await gateway.remove();
    }
  }, 30_000);
});

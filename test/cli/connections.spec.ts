import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EMAIL, TOKEN } from '../support/fake-gateway.js';
import { runCli, runCliHere, type CliResult } from '../support/run-cli.js';
import { setUpCli } from '../support/set-up-cli.js';
import { listen, TestProxy } from '../../libs/outbound/src/testing/index.js';
import { startReverseProxy, TestAuthority, validOn } from '../support/web-servers.js';

const cli = setUpCli();
const authority = new TestAuthority();
let env: Record<string, string>;
let open: { close(): Promise<void> }[] = [];
const use = <Server extends { close(): Promise<void> }>(server: Server): Server => {
  open.push(server);
  return server;
};
beforeEach(async () => {
  const caFile = join(cli.folder, 'ca.pem');
  await writeFile(caFile, authority.pem);
  env = { LOCAL_CONFIG_DIR: cli.folder, EMAIL_ID: EMAIL, ACCESS_TOKEN: TOKEN, PROCTOR_CA_FILE: caFile };
});
afterEach(async () => {
  for (const server of open) await server.close();
  open = [];
});

const gatewayPort = () => Number(cli.gateway.host.split(':')[1]);
const proctor = (...words: string[]): Promise<CliResult> => runCliHere(words, env);
/** REST calls, and the log over a WebSocket. */
const executed = () => proctor('execute', 'say-hello', 'WHO=me');
const succeeded = { exitCode: 0, stdout: expect.stringContaining('hello\n\nbye\n') as unknown };

/** The gateway behind TLS, for these hosts. */
const startTls = async (hosts: string[], options: { path?: string } = {}) => {
  const { keyPem, certificatePem } = authority.issue(hosts);
  return use(await startReverseProxy(gatewayPort(), { ...options, key: keyPem, cert: certificatePem }));
};

describe('the CLI reaches a gateway', () => {
  it('behind TLS with a certificate of the company', async () => {
    const { port } = await startTls(['localhost']);
    env['PROCTOR_HOST'] = `https://localhost:${port}`;
    expect(await executed()).toMatchObject(succeeded);
  });

  it('below a path, over TLS and without', async () => {
    const plain = use(await startReverseProxy(gatewayPort(), { path: '/tools/proctor' }));
    const { port } = await startTls(['127.0.0.1'], { path: '/tools/proctor' });
    for (const host of [`http://127.0.0.1:${plain.port}`, `https://127.0.0.1:${port}`]) {
      env['PROCTOR_HOST'] = `${host}/tools/proctor/`;
      expect(await executed()).toMatchObject(succeeded);
    }
  });

  it('through a proxy, which alone can resolve its name', async () => {
    const proxy = use(await TestProxy.start());
    const { port } = await startTls(['gateway.test']);
    env['PROCTOR_HOST'] = `https://gateway.test:${port}`;
    env['https_proxy'] = proxy.url;
    expect(await executed()).toMatchObject(succeeded);
    expect(new Set(proxy.requests)).toEqual(new Set([`CONNECT gateway.test:${port}`]));
  });

  it('through a proxy that forwards plain HTTP, and tunnels the WebSocket', async () => {
    const proxy = use(await TestProxy.start());
    proxy.login = 'me:p@ss';
    env['PROCTOR_HOST'] = `gateway.test:${gatewayPort()}`;
    env['HTTP_PROXY'] = proxy.url.replace('//', '//me:p%40ss@');
    expect(await executed()).toMatchObject(succeeded);
    expect(proxy.requests).toContain(`POST http://gateway.test:${gatewayPort()}/execution`);
    expect(proxy.requests).toContain(`CONNECT gateway.test:${gatewayPort()}`);
  });

  it('through a proxy that is itself reached over TLS', async () => {
    const { keyPem, certificatePem } = authority.issue(['localhost', '127.0.0.1']);
    const proxy = use(await TestProxy.start({ key: keyPem, cert: certificatePem }));
    const { port } = await startTls(['gateway.test']);
    env['HTTPS_PROXY'] = proxy.url.replace('http://127.0.0.1', 'https://localhost');
    env['HTTP_PROXY'] = proxy.url.replace('http:', 'https:');
    for (const host of [`https://gateway.test:${port}`, `http://gateway.test:${gatewayPort()}`]) {
      env['PROCTOR_HOST'] = host;
      expect(await executed()).toMatchObject(succeeded);
    }
    expect(proxy.requests).toContain(`CONNECT gateway.test:${port}`);
  });

  it('without the proxy where NO_PROXY names it', async () => {
    const proxy = use(await TestProxy.start());
    Object.assign(env, {
      PROCTOR_HOST: 'http://gateway.invalid',
      HTTP_PROXY: proxy.url,
      NO_PROXY: 'invalid',
    });
    // The proxy would have found it.
    expect((await proctor('list')).stderr).toMatch(/host not found|could not be resolved/);
    expect(proxy.requests).toEqual([]);
  });

  it('as a program of its own, also with NODE_EXTRA_CA_CERTS, and ends at once', async () => {
    const { port } = await startTls(['gateway.test']);
    const proxy = use(await TestProxy.start());
    const { PROCTOR_CA_FILE = '', ...rest } = env;
    const startedAtMs = performance.now();
    const result = await runCli(['execute', 'say-hello', 'WHO=me'], {
      ...rest,
      PROCTOR_HOST: `https://gateway.test:${port}`,
      HTTPS_PROXY: proxy.url,
      NODE_EXTRA_CA_CERTS: PROCTOR_CA_FILE,
    });
    expect(result).toMatchObject(succeeded);
    // Connections that are kept for 4 s do not keep the program.
    expect(performance.now() - startedAtMs).toBeLessThan(3_500);
  }, 30_000);

  it('on a port that fetch refuses', async () => {
    const server = createHttpServer();
    // 6000, or the next one of those that is free.
    for (const port of [6000, 6566, 6665, 6666, 6667, 6668, 6669, 6697, 10080]) {
      const isListening = await new Promise((resolve) => {
        server.once('error', () => resolve(false));
        server.listen(port, '127.0.0.1', () => resolve(true));
      });
      if (!isListening) continue;
      server.on('request', (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end('[]');
      });
      env['PROCTOR_HOST'] = `127.0.0.1:${port}`;
      const result = await proctor('list');
      server.close();
      server.closeAllConnections();
      expect(result).toMatchObject({ exitCode: 0 });
      return;
    }
    throw new Error('none of the ports that fetch refuses is free');
  });
});

describe('the CLI says in words', () => {
  const failure = async (host: string, ...words: string[]): Promise<string> => {
    env['PROCTOR_HOST'] = host;
    env['CONNECTION_TIMEOUT_SECS'] = '2';
    const { exitCode, stderr } = await proctor(...(words.length > 0 ? words : ['list']));
    expect(exitCode).toBe(7);
    return stderr;
  };
  const startBare = async (options: TlsOptions) =>
    use(await listen(createTlsServer(options).on('tlsClientError', () => {})));
  const tls = (
    { keyPem, certificatePem }: { keyPem: string; certificatePem: string },
    more: TlsOptions = {},
  ) => startBare({ key: keyPem, cert: certificatePem, ...more });
  const DAY_MS = 24 * 3600 * 1000;

  it.each<[string, () => Promise<{ port: number }>, RegExp]>([
    [
      'that a certificate has expired',
      () => tls(authority.issue(['localhost'], validOn(Date.now() - 30 * DAY_MS))),
      /its certificate has expired\.\nAsk its operators to renew it/,
    ],
    [
      'that a certificate is not valid yet',
      () => tls(authority.issue(['localhost'], validOn(Date.now() + 30 * DAY_MS))),
      /its certificate is not valid yet\.\nCorrect the clock/,
    ],
    [
      'that a certificate is for another host',
      () => tls(authority.issue(['gate.example'])),
      /its certificate is for another host: gate\.example\.\nUse a host name of the certificate/,
    ],
    [
      'that an authority is unknown',
      () => tls(new TestAuthority('Other CA').issue(['localhost'])),
      /from an authority that is not trusted here\.\nIf you trust that authority, set PROCTOR_CA_FILE/,
    ],
    [
      'that a server speaks plain HTTP',
      async () => ({ port: gatewayPort() }),
      /it does not speak TLS\.\nUse http:\/\//,
    ],
    [
      'that a client certificate is demanded',
      () => tls(authority.issue(['localhost']), { requestCert: true, rejectUnauthorized: true }),
      /it demands a client certificate\.\nProctor sends none/,
    ],
  ])('%s', async (_, start, words) => {
    const { port } = await start();
    expect(await failure(`https://localhost:${port}`)).toMatch(words);
    // The log stream alone: the status of this execution comes over it, too.
    expect(await failure(`https://localhost:${port}`, 'logs', '9007199254740000')).toMatch(words);
  });

  it('that a certificate is self-signed', async () => {
    const { createSelfSignedCertificate } =
      await import('../../libs/kube-sandbox/src/api/self-signed-certificate.js');
    const { port } = await tls(createSelfSignedCertificate(Date.now()));
    expect(await failure(`https://localhost:${port}`)).toMatch(
      /its certificate is self-signed\.\nIf you trust the server, set PROCTOR_CA_FILE/,
    );
  });

  it('that a server may speak TLS', async () => {
    const { port } = await tls(authority.issue(['localhost']));
    expect(await failure(`http://localhost:${port}`)).toMatch(
      /\.\nIf the server speaks TLS on this port, use https/,
    );
  });

  it('what a proxy answers, or that it is away', async () => {
    const proxy = use(await TestProxy.start());
    env['HTTPS_PROXY'] = env['HTTP_PROXY'] = proxy.url;
    const [tlsHost, plainHost] = ['https://gateway.test', 'http://gateway.test'];
    proxy.login = 'me:secret';
    expect(await failure(tlsHost)).toMatch(
      /the proxy http:\/\/127\S+ answered 407 Proxy Auth\w+ Required\.\nPut the user/,
    );
    expect(await failure(plainHost)).toMatch(/the proxy http:\/\/127\S+ answered 407/);
    proxy.login = null;
    proxy.refusal = 403;
    expect(await failure(tlsHost)).toMatch(/answered 403 Forbidden\.\nAsk its operators .*NO_PROXY/);
    await proxy.close();
    open = open.filter((server) => server !== proxy);
    for (const host of [tlsHost, plainHost]) {
      expect(await failure(host)).toMatch(
        /the proxy \S+ cannot be reached: connection refused\.\nCorrect HTTP_PROXY/,
      );
    }
  });

  it('what is wrong with its settings', async () => {
    Object.assign(env, {
      PROCTOR_HOST: 'https://gateway',
      HTTPS_PROXY: 'socks5://me:secret@proxy',
      PROCTOR_CA_FILE: '/nowhere.pem',
    });
    const { exitCode, stderr } = await proctor('list');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/HTTPS_PROXY: expected the address of an HTTP proxy.*socks5/);
    expect(stderr).toMatch(/PROCTOR_CA_FILE: .*\/nowhere\.pem, which cannot be read \(ENOENT\)/);
    expect(stderr).not.toContain('secret');
    await writeFile(join(cli.folder, 'empty.pem'), 'no certificate');
    env['PROCTOR_CA_FILE'] = join(cli.folder, 'empty.pem');
    expect((await proctor('list')).stderr).toContain('holds no valid certificate');
  });
});

import { connect } from 'node:net';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { API_VERSION, buildOpenApi } from '@app/contract';
import { parse } from 'yaml';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
}, 60_000);
afterAll(() => gateway.remove(), 30_000);

const get = (path: string, headers: Record<string, string> = {}) =>
  gateway.call(null, 'GET', path, { headers });
const document: unknown = JSON.parse(JSON.stringify(buildOpenApi({ version: API_VERSION })));

describe('the OpenAPI document', () => {
  it('is served to anyone, as JSON', async () => {
    const answer = await get('/openapi.json');
    expect(answer).toMatchObject({ status: 200, type: 'application/json' });
    expect(answer.json()).toEqual(document);
  });

  it('is served as YAML at v2’s path', async () => {
    const answer = await get('/swagger.yml');
    expect(answer).toMatchObject({ status: 200, type: 'text/plain' });
    expect(parse(answer.text)).toEqual(document);
    expect(answer.text).not.toMatch(/^ *\S*&a\d/m);
  });

  it.each(['/openapi.json', '/swagger.yml', '/docs', '/docs/swagger-ui.css'])(
    '%s is not sent again to a client that has it cached',
    async (path) => {
      const first = await get(path);
      const etag = first.headers.get('etag') ?? '';
      expect(etag).toMatch(/^"[\w-]{43}"$/);
      expect(first.headers.get('cache-control')).toBe('no-cache');
      expect(await get(path, { 'If-None-Match': etag })).toMatchObject({ status: 304, text: '' });
      expect(await get(path, { 'If-None-Match': '"older"' })).toMatchObject({
        status: 200,
        text: first.text,
      });
    },
  );
});

const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

describe('the address of the gateway', () => {
  it('shows a program what to do next, with links that lead somewhere', async () => {
    const page = await get('/');
    expect(page).toMatchObject({ status: 200, type: 'text/html' });
    expect(page.text).toContain('proctor config --host');
    const links = [...page.text.matchAll(/href="([^"]*)"/g)].map(([, address]) => address ?? '');
    expect(links).toEqual(['./docs', './openapi.json', './health/ready', './metrics']);
    for (const link of links) expect((await get(new URL(link, 'http://x/').pathname)).status).toBe(200);
  });

  it.each([
    ['/execution/7/status', 401, 'proctor login'],
    ['/no-such-page', 404, 'API documentation'],
  ])('explains %s', async (path, status, says) => {
    const page = await get(path, BROWSER);
    expect(page).toMatchObject({ status, type: 'text/html' });
    expect(page.text).toContain(says);
    const links = [...page.text.matchAll(/href="([^"]*)"/g)].map(([, address]) => address ?? '');
    expect(links.map((link) => new URL(link, `http://x${path}`).pathname)).toEqual([
      '/console/',
      '/',
      '/docs',
    ]);
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
  });
});

describe('the API page', () => {
  it.each(['/docs', '/docs/'])('is served under %s', async (path) => {
    const answer = await get(path);
    expect(answer).toMatchObject({ status: 200, type: 'text/html' });
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
      ]),
    );
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  it.each(['/docs', '/docs/'])(
    '%s refers only to assets that exist, each with its content type',
    async (path) => {
      const { text } = await get(path);
      const parts = [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address ?? '');
      expect(parts).toHaveLength(6);
      for (const part of parts) {
        // Relative: the gateway may be reached below a path of another host.
        expect(part).toMatch(/^(\.\.\/)?[a-z]/);
        const answer = await get(new URL(part, `http://gateway${path}`).pathname);
        expect(answer.status).toBe(200);
        const type = /\.(\w+)$/.exec(part)?.[1] ?? '';
        const types: Record<string, string> = {
          css: 'text/css',
          js: 'text/javascript',
          png: 'image/png',
          json: 'application/json',
        };
        expect(answer.type).toBe(types[type]);
      }
    },
  );

  it('has nothing inline, which its policy would block', async () => {
    const { text } = await get('/docs');
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]* src=)/i);
  });

  it('loads nothing from another host', async () => {
    const page = await get('/docs');
    expect(page.text).not.toMatch(/https?:|\/\//);
    const start = await get('/docs/start.js');
    expect(start.text).not.toMatch(/https?:|\/\//);
    // Otherwise Swagger UI sends the document to validator.swagger.io.
    expect(start.text).toContain('validatorUrl: null');
    for (const name of ['swagger-ui.css', 'index.css']) {
      const { text } = await get(`/docs/${name}`);
      const loads = [...text.matchAll(/url\(\s*["']?([^"')]{0,20})|@import\s+(\S+)/g)].map(
        ([, address, imported]) => address ?? imported,
      );
      expect(loads.filter((address) => !address?.startsWith('data:'))).toEqual([]);
    }
  });

  it('has a script that runs', async () => {
    const { text } = await get('/docs/start.js');
    const show = jest.fn();
    const document = { currentScript: { src: 'https://host/tools/proctor/docs/start.js' } };
    runInNewContext(text, { SwaggerUIBundle: show, URL, document });
    const url = 'https://host/tools/proctor/openapi.json';
    expect(show).toHaveBeenCalledWith(
      expect.objectContaining({ url, dom_id: '#swagger-ui', validatorUrl: null }),
    );
    const bundle = await get('/docs/swagger-ui-bundle.js');
    expect(bundle.text).toContain('SwaggerUIBundle');
  });

  it.each([
    'package.json',
    'swagger-ui.js',
    'swagger-ui-bundle.js.map',
    'nothing.js',
    '..%2f..%2fpackage.json',
    '..%2Fswagger-ui-dist%2Fpackage.json',
    '%00',
    'index.css%00.js',
    'INDEX.CSS',
    '__proto__',
    'constructor',
    'start.js%2f',
  ])('does not serve %s', async (name) => {
    const answer = await get(`/docs/${name}`);
    expect(answer).toMatchObject({ status: 404, type: 'text/plain' });
    expect(answer.text).not.toContain('swagger');
  });

  it.each(['/docs/../package.json', '/docs//etc/passwd', '/docs/../../../etc/passwd', '//docs/index.css'])(
    'does not serve %s without normalization by the client',
    async (path) => {
      expect(await getRaw(path)).toMatch(/^HTTP\/1\.1 (400|404) /);
    },
  );

  it('answers HEAD like GET', async () => {
    const head = await gateway.call(null, 'HEAD', '/docs/index.css');
    const whole = await get('/docs/index.css');
    expect(head).toMatchObject({ status: 200, type: 'text/css', text: '' });
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(whole.text)));
  });
});

/** Sends a path that no client has normalized. */
function getRaw(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
    );
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}

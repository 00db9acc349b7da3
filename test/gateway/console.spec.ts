import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConsoleFiles } from '../../apps/gateway/src/console/console-files.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { tempDir } from '../support/servers.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
}, 60_000);
afterAll(() => gateway.remove(), 30_000);

const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
const get = (path: string, headers: Record<string, string> = BROWSER) =>
  gateway.call(null, 'GET', path, { headers });
const assetsOf = (page: string) =>
  [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, path]) => path ?? '');

describe('the console', () => {
  it.each([
    ['/', './console/'],
    ['/console', './console/'],
  ])('%s leads a browser to it', async (path, to) => {
    const answer = await fetch(gateway.url + path, { headers: BROWSER, redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, to]);
  });

  it.each([
    '/console/',
    '/console/executions?status=FINISHED',
    '/console/executions/12',
    '/console/executions/12/',
    '/console/procs/greet/run?A=1',
  ])('%s is its page, and refers to assets that exist', async (path) => {
    const page = await get(path);
    expect(page).toMatchObject({ status: 200, type: 'text/html' });
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|data:|\*/);
    expect(page.text).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/);
    const assets = assetsOf(page.text);
    expect(assets.length).toBeGreaterThan(3);
    for (const asset of assets) {
      // Relative: the gateway may be reached below a path of another host.
      expect(asset).toMatch(/^\.\.?\//);
      const answer = await get(new URL(asset, `http://gateway${path}`).pathname);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(answer.type).toBe(
        asset.endsWith('.css') ? 'text/css' : asset.endsWith('.svg') ? 'image/svg+xml' : 'text/javascript',
      );
    }
  });

  it('sends its scripts compressed to those who accept that', async () => {
    const page = await get('/console/');
    const script = assetsOf(page.text).find((path) => path.endsWith('.js')) ?? '';
    const path = new URL(script, `${gateway.url}/console/`);
    const plain = await fetch(path, { headers: { 'accept-encoding': 'identity' } });
    const packed = await fetch(path, { headers: { 'accept-encoding': 'br' } });
    expect(packed.headers.get('content-encoding')).toBe('br');
    expect(Number(packed.headers.get('content-length'))).toBeLessThan(
      Number(plain.headers.get('content-length')),
    );
    expect(await packed.text()).toBe(await plain.text());
  });

  it.each(['none.js', '..%2f..%2fpackage.json', '.stamp', 'manifest.json'])(
    'has no file %s',
    async (name) => {
      expect(await get(`/console/assets/${name}`)).toMatchObject({ status: 404 });
    },
  );
});

describe('ConsoleFiles', () => {
  it('finds a console that is built while the gateway runs, and then keeps to it', async () => {
    const dir = tempDir();
    try {
      const files = new ConsoleFiles(dir.path);
      expect(await files.page(0)).toBeNull();
      mkdirSync(join(dir.path, 'assets'));
      writeFileSync(join(dir.path, 'assets/a.js'), 'a');
      writeFileSync(join(dir.path, 'index.html'), '<script src="./assets/a.js"></script>');
      expect((await files.page(2))?.body.toString()).toBe('<script src="../../assets/a.js"></script>');
      writeFileSync(join(dir.path, 'index.html'), 'newer');
      expect((await files.page(0))?.body.toString()).toBe('<script src="./assets/a.js"></script>');
      expect((await files.asset('a.js'))?.plain.toString()).toBe('a');
    } finally {
      dir.remove();
    }
  });
});

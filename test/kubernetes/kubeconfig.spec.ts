import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createKubernetesRunner, type Runner } from '@app/runner';

let folder: string;
let server: http.Server;
let url: string;
/** The only token that the API server takes. */
let validToken: string;
const seenTokens: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  server = http.createServer((request, response) => {
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    seenTokens.push(token);
    response.writeHead(token === validToken ? 404 : 401, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        kind: 'Status',
        message: token === validToken ? 'jobs "a" not found' : 'Unauthorized',
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  validToken = 'valid';
  seenTokens.length = 0;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

const config = (user: object, changes: object = {}) => ({
  clusters: [{ name: 'cluster', cluster: { server: url } }],
  users: [{ name: 'user', user }],
  contexts: [{ name: 'context', context: { cluster: 'cluster', user: 'user' } }],
  'current-context': 'context',
  ...changes,
});

function write(name: string, content: object | string): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
  return path;
}

const runnerOf = (kubeconfigPath: string, context = 'default'): Runner =>
  createKubernetesRunner({
    cluster: { mode: 'out-of-cluster', kubeconfigPath, context },
    namespace: 'default',
    installationId: 'test',
    requestTimeoutMs: 2_000,
  });

const plugin = (script: string) => ({
  exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', script] },
});
const credential = (token: string) =>
  JSON.stringify({
    kind: 'ExecCredential',
    apiVersion: 'client.authentication.k8s.io/v1',
    status: { token },
  });

async function expectToWork(runner: Runner): Promise<void> {
  try {
    expect(await runner.readSecret('a')).toBeNull();
  } finally {
    await runner.close();
  }
}

describe('a kubeconfig', () => {
  it('of a server without TLS works', async () => {
    await expectToWork(runnerOf(write('http', config({ token: 'valid' }))));
  });

  it('may consist of several files, of which some are missing', async () => {
    const users = write('users', { users: [{ name: 'user', user: { token: 'valid' } }] });
    const rest = write('rest', config({ token: 'shadowed' }));
    await expectToWork(runnerOf([join(folder, 'missing'), users, rest].join(delimiter)));
  });

  it.each<[string, () => string, string | undefined, RegExp]>([
    [
      'is missing',
      () => join(folder, 'missing'),
      undefined,
      /^There is no kubeconfig at .*missing\. Set KUBECONFIG/,
    ],
    ['has no such context', () => write('a', config({})), 'other', /no context "other"\. It has: context\.$/],
    [
      'has no user',
      () => write('a', config({}, { users: [] })),
      undefined,
      /no user for the context "context"/,
    ],
    [
      'has no cluster',
      () => write('a', config({}, { clusters: [] })),
      undefined,
      /no cluster for the context/,
    ],
  ])('that %s is refused', (_what, path, context, message) => {
    expect(() => runnerOf(path(), context)).toThrow(message);
  });

  it('that is no YAML is refused without a quote from it', () => {
    const path = write('broken', 'users: [{ token: hunter2\n  - : }');
    expect(() => runnerOf(path)).toThrow(/^The kubeconfig .*broken cannot be read: /);
    try {
      runnerOf(path);
    } catch (error) {
      expect((error as Error).message).not.toContain('hunter2');
    }
  });

  it.each([
    [
      'whose plugin fails',
      plugin('echo "Token has expired; run sso login" >&2; exit 1'),
      /its plugin sh failed: Token has expired; run sso login$/,
    ],
    [
      'whose plugin is not installed',
      { exec: { ...plugin('').exec, command: '/no/such/plugin' } },
      /its plugin \/no\/such\/plugin failed: .*ENOENT/,
    ],
    [
      'whose certificate is missing',
      { 'client-certificate': '/no/such/file', 'client-key': '/no/such/key' },
      /they cannot be read: .*no\/such\/file/,
    ],
  ])('%s keeps the runner from starting', async (_what, user, message) => {
    const runner = runnerOf(write('unusable', config(user)));
    await expect(runner.start()).rejects.toThrow(message);
    await runner.close();
  });
});

describe('credentials that the API server refuses', () => {
  it('are read again from the kubeconfig', async () => {
    const path = write('rotated', config({ token: 'expired' }));
    const runner = runnerOf(path);
    write('rotated', config({ token: 'valid' }));
    await expectToWork(runner);
    // Each connection is tried with a small request first.
    expect([...new Set(seenTokens)]).toEqual(['expired', 'valid']);
  });

  it('are asked for again from the plugin, once for all requests', async () => {
    const answers = join(folder, 'answers');
    const runs = join(folder, 'runs');
    writeFileSync(answers, credential('expired'));
    writeFileSync(runs, '');
    const script = `echo run >> '${runs}'; cat '${answers}'`;
    const runner = runnerOf(write('plugin', config(plugin(script))));
    await expect(runner.readSecret('a')).rejects.toThrow('HTTP 401');
    writeFileSync(answers, credential('rotated'));
    validToken = 'rotated';
    const before = readFileSync(runs, 'utf8').length;
    // The first refusal has just been answered: credentials are renewed at most every ten seconds.
    await new Promise((resolve) => setTimeout(resolve, 10_100));
    await Promise.all(Array.from({ length: 20 }, () => runner.readSecret('a')));
    await runner.close();
    const after = readFileSync(runs, 'utf8').length;
    expect(after - before).toBe('run\n'.length);
  }, 30_000);
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { LocalIssuer } from '../../libs/plugins/src/testing/index.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { runCliHere } from '../support/run-cli.js';

jest.setTimeout(60_000);

let issuer: LocalIssuer;
let gateway: TestGateway;
let folder: string;

beforeAll(async () => {
  issuer = await LocalIssuer.start({ clientSecret: 'the-secret-of-the-client' });
  gateway = await startTestGateway({
    env: { ...(issuer.env() as Record<string, string>), PROCTOR_AUTH_PLUGIN_BINARY: 'oidc' },
  });
  folder = await mkdtemp(join(tmpdir(), 'proctor-cli-'));
});

afterAll(async () => {
  await gateway.remove();
  await issuer.close();
  await rm(folder, { recursive: true });
});

it('signs in at an issuer through the gateway, and stays signed in', async () => {
  const env = { LOCAL_CONFIG_DIR: folder, PROCTOR_HOST: gateway.url };
  let userCode = '';
  const result = runCliHere(['login'], env, '', (stderr) => {
    const [, code] = /confirm this code: (\S+)/.exec(stderr) ?? [];
    if (code === undefined || userCode !== '') return;
    userCode = code;
    issuer.devices.approve(code, {
      email: 'ada@example.com',
      email_verified: true,
      name: 'Ada',
      groups: ['ops'],
    });
  });
  expect(await result).toMatchObject({
    exitCode: 0,
    stdout: 'Signed in as ada@example.com (groups: ops).\n',
  });
  expect((await runCliHere(['whoami'], env)).stdout).toContain('ada@example.com');

  const file = join(folder, 'login.json');
  const kept = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
  await writeFile(file, JSON.stringify({ ...kept, expires_at: '2020-01-01T00:00:00.000Z' }));
  expect((await runCliHere(['whoami'], env)).exitCode).toBe(0);
  const renewed = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
  expect(Date.parse(renewed['expires_at'] ?? '')).toBeGreaterThan(Date.now());
});

import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@app/domain';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EMAIL, TOKEN, json, refuse } from '../support/fake-gateway.js';
import { runCliHere } from '../support/run-cli.js';
import { setUpCli } from '../support/set-up-cli.js';

jest.setTimeout(60_000);

const cli = setUpCli();
let polls: object[];
let refreshes: number;

beforeEach(() => {
  polls = [];
  refreshes = 0;
  const anyone = (line: string, answer: () => object) =>
    cli.gateway.overrides.set(line, (request, response) => {
      request.resume();
      json(response, 200, answer());
    });
  anyone('GET /auth', () => ({ plugin: 'oidc', sign_in: 'device' }));
  anyone('POST /auth/device', () => ({
    device_code: 'the-device-code',
    user_code: 'ABCD-EFGH',
    verification_uri: 'https://sso.example.com/device',
    expires_in_seconds: 60,
    interval_seconds: 1,
  }));
  anyone('POST /auth/device/token', () => polls.shift() ?? { status: 'expired' });
  anyone('POST /auth/refresh', () => {
    refreshes += 1;
    const token = `token-${refreshes + 1}`;
    cli.gateway.bearerTokens.clear();
    cli.gateway.bearerTokens.add(token);
    return { status: 'signed_in', token, refresh_token: `refresh-${refreshes + 1}`, expires_in_seconds: 300 };
  });
  cli.gateway.replies.set('GET /whoami', {
    email: 'ann@example.com',
    name: 'Ann',
    groups: ['ops'],
    is_admin: false,
  });
});

const loginFile = () => join(cli.folder, 'login.json');

function proctor(words: readonly string[], env: Record<string, string> = {}) {
  return runCliHere(words, { LOCAL_CONFIG_DIR: cli.folder, PROCTOR_HOST: cli.gateway.host, ...env });
}

function signedIn(more: object = {}): object {
  cli.gateway.bearerTokens.add('token-1');
  return {
    status: 'signed_in',
    token: 'token-1',
    refresh_token: 'refresh-1',
    expires_in_seconds: 300,
    ...more,
  };
}

async function writeLogin(more: object = {}): Promise<void> {
  cli.gateway.bearerTokens.add('token-1');
  const host = `http://${cli.gateway.host}`;
  await writeFile(
    loginFile(),
    JSON.stringify({ host, token: 'token-1', refresh_token: 'refresh-1', ...more }),
  );
}

describe('login', () => {
  it('shows the address and the code, waits, and is used from then on', async () => {
    polls = [{ status: 'pending' }, signedIn()];
    const { exitCode, stdout, stderr } = await proctor(['login']);
    expect([exitCode, stdout]).toEqual([0, 'Signed in as ann@example.com (groups: ops).\n']);
    expect(stderr).toContain('https://sso.example.com/device');
    expect(stderr).toContain('ABCD-EFGH');
    expect(stderr).not.toContain('the-device-code');
    expect((await stat(loginFile())).mode & 0o777).toBe(0o600);
    expect((await proctor(['list'])).exitCode).toBe(0);

    const shown = await proctor(['config', 'show']);
    expect(shown.stdout).toContain('Requests are sent as ann@example.com (proctor login, until ');
    for (const output of ['text', 'json']) {
      expect((await proctor(['config', 'show', '-o', output])).stdout).not.toMatch(/token-1|refresh-1/);
    }
    expect((await proctor(['logout'])).stdout).toContain('Signed out.');
    expect((await proctor(['list'])).exitCode).toBe(3);
  });

  it('needs no configuration with --host', async () => {
    polls = [signedIn()];
    const env = { LOCAL_CONFIG_DIR: cli.folder };
    expect((await runCliHere(['login', '--host', cli.gateway.host], env)).exitCode).toBe(0);
    expect((await runCliHere(['list'], env)).exitCode).toBe(0);
    expect((await proctor(['login', '--host', 'https://elsewhere.invalid'])).exitCode).toBe(6);
  });

  it.each([
    [{ status: 'denied' }, 'denied'],
    [{ status: 'expired' }, 'expired'],
  ])('exits with 3 for %j', async (reply, says) => {
    polls = [reply];
    const { exitCode, stderr } = await proctor(['login']);
    expect(exitCode).toBe(3);
    expect(stderr).toContain(says);
    await expect(stat(loginFile())).rejects.toThrow('ENOENT');
  });

  it('says what to do where there is no single sign-on', async () => {
    cli.gateway.overrides.set('GET /auth', (_, response) =>
      json(response, 200, { plugin: 'postgres', sign_in: 'token' }),
    );
    const { exitCode, stderr } = await proctor(['login']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('proctor config');
  });
});

describe('a sign-in', () => {
  it('sends its token only to the gateway that issued it, and yields to the environment', async () => {
    await writeLogin({ host: 'http://elsewhere.invalid' });
    expect((await proctor(['list'])).exitCode).toBe(3);
    expect((await proctor(['config', 'show'])).stdout).toContain(
      'is not used: it is for http://elsewhere.invalid',
    );
    await writeLogin();
    cli.gateway.bearerTokens.clear();
    expect((await proctor(['list'], { EMAIL_ID: EMAIL, ACCESS_TOKEN: TOKEN })).exitCode).toBe(0);
    expect(refreshes).toBe(0);
  });

  it('is renewed shortly before it expires', async () => {
    await writeLogin({ expires_at: new Date(Date.now() + 5_000).toISOString() });
    expect((await proctor(['list'])).exitCode).toBe(0);
    expect(refreshes).toBe(1);
    expect(JSON.parse(await readFile(loginFile(), 'utf8'))).toMatchObject({
      token: 'token-2',
      refresh_token: 'refresh-2',
    });
  });

  it('is renewed once when it is refused, also for a log', async () => {
    await writeLogin();
    cli.gateway.bearerTokens.clear();
    expect((await proctor(['list'])).exitCode).toBe(0);
    expect(refreshes).toBe(1);
    const id = cli.gateway.addExecution();
    let asked = 0;
    cli.gateway.overrides.set(`GET /execution/${id}/status`, (_, response) => {
      // The token expires between the two requests.
      if (asked++ === 0) cli.gateway.bearerTokens.clear();
      json(response, 200, { ...cli.gateway.executions.get(id)?.reply });
    });
    expect(await proctor(['logs', String(id)])).toMatchObject({ exitCode: 0, stdout: 'hello\n\nbye\n' });
    expect(refreshes).toBe(2);
  });

  it('is renewed by one of several processes for all', async () => {
    await writeLogin({ expires_at: new Date(Date.now() - 1000).toISOString() });
    const results = await Promise.all(Array.from({ length: 5 }, () => proctor(['list'])));
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0]);
    expect(refreshes).toBe(1);
  });

  it('says how to sign in again when it has expired', async () => {
    await writeLogin();
    cli.gateway.bearerTokens.clear();
    cli.gateway.overrides.set('POST /auth/refresh', (_, response) =>
      json(response, 200, { status: 'denied' }),
    );
    const { exitCode, stderr } = await proctor(['list']);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('Run `proctor login` to sign in again');
  });

  it('survives while the gateway is unavailable', async () => {
    await writeLogin({ expires_at: new Date(Date.now() - 1000).toISOString() });
    cli.gateway.overrides.set('POST /auth/refresh', (_, response) =>
      refuse(response, 503, new AppError('unavailable', 'The issuer is away.')),
    );
    expect((await proctor(['list'])).exitCode).toBe(7);
    expect(JSON.parse(await readFile(loginFile(), 'utf8'))).toMatchObject({ refresh_token: 'refresh-1' });
  });
});

import { chmod, chown, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EMAIL, TOKEN } from '../support/fake-gateway.js';
import { runCliHere, type Input } from '../support/run-cli.js';
import { setUpCli } from '../support/set-up-cli.js';

const OTHER_USER = 4242;

const cli = setUpCli();
const folder = () => join(cli.folder, 'config');
const file = () => join(folder(), 'proctor.yaml');
const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

function proctor(words: readonly string[], env: Record<string, string> = {}, input: Input = '') {
  return runCliHere(words, { LOCAL_CONFIG_DIR: folder(), ...env }, input);
}

async function write(host = cli.gateway.host, token = `ACCESS_TOKEN: ${TOKEN}\n`): Promise<void> {
  await writeFile(file(), `PROCTOR_HOST: "${host}"\nEMAIL_ID: ${EMAIL}\n${token}`);
  await chmod(file(), 0o600);
}

beforeEach(async () => await mkdir(folder(), { mode: 0o700 }));
afterEach(() => {
  jest.restoreAllMocks();
});

describe('a new configuration', () => {
  const host = 'proctor.example.com:5001';
  const says = `https://${host}, or http://${host} if the gateway has no TLS`;
  const notReached = { HTTP_PROXY: '', NO_PROXY: '*', CONNECTION_TIMEOUT_SECS: '1' };

  it.each<[string, string[], Input]>([
    ['an option', ['config', '--host', host, '--email', EMAIL], TOKEN],
    ['a word', ['config', `PROCTOR_HOST=${host}`, `EMAIL_ID=${EMAIL}`], TOKEN],
    ['an answer', ['config', '--email', EMAIL], { typed: [host, TOKEN] }],
    ['login', ['login', '--host', host], ''],
  ])('without a scheme is refused as %s, with both ways to write it', async (_, words, input) => {
    const { exitCode, stderr } = await proctor(words, notReached, input);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(says)]);
    await expect(stat(file())).rejects.toThrow('ENOENT');
  });

  it.each([
    [`https://${host}`, false],
    [`http://${host}`, true],
    ['localhost:5001', false],
    ['127.0.0.2:5001', false],
    ['http://[::1]:5001', false],
    ['proctor.localhost', false],
  ])('with %s is written; warns about an unencrypted token: %s', async (address, warns) => {
    const { exitCode, stderr } = await proctor(['config', '--host', address, '--email', EMAIL], {}, TOKEN);
    expect(exitCode).toBe(0);
    expect(stderr.includes('unencrypted')).toBe(warns);
    expect(await mode(file())).toBe('600');
  });

  it('is not safer for a name that only begins like a loopback address', async () => {
    for (const address of ['127.0.0.1.example.com', 'localhost.example.com', '[::2]:1']) {
      expect((await proctor(['config', '--host', address, '--email', EMAIL], {}, TOKEN)).exitCode).toBe(2);
    }
  });

  it('keeps the address of the old one, which may lack a scheme', async () => {
    await write('gateway.example:1');
    const { exitCode, stderr } = await proctor(['config', '--email', 'b@c.d', '--yes'], {}, 'other-token');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('proctor config --host https://gateway.example:1 --yes');
  });
});

describe('a configuration without a scheme', () => {
  const through = () => ({ HTTP_PROXY: `http://${cli.gateway.host}`, NO_PROXY: '' });

  it('keeps plain HTTP, as in v2, with one warning and the fix', async () => {
    await write('gateway.example:1');
    const { stderr } = await proctor(['list'], through());
    expect(stderr.match(/Warning: PROCTOR_HOST has no scheme/g)).toHaveLength(1);
    expect(stderr).toContain('proctor config --host https://gateway.example:1 --yes');
    expect((await proctor(['list', '-o', 'json'], through())).stderr).not.toContain('Warning');
  });

  it('names the variable if the environment sets it', async () => {
    await write();
    const { stderr } = await proctor(['list'], { ...through(), PROCTOR_HOST: 'gateway.example:1' });
    expect(stderr).toContain('Set it to https://gateway.example:1');
  });
});

describe('a configuration file', () => {
  it.each([0o644, 0o640, 0o660, 0o604])('of mode %o is mended, once, with a warning', async (bits) => {
    await write();
    await chmod(file(), bits);
    const first = await proctor(['list']);
    expect(first.exitCode).toBe(0);
    expect(first.stderr).toMatch(/^Warning: other users could read .*now 0600.*replace your token/);
    expect(first.stderr).not.toContain(TOKEN);
    expect(await mode(file())).toBe('600');
    expect((await proctor(['list'])).stderr).toBe('');
  });

  it('without a token may be read by others', async () => {
    await write(cli.gateway.host, '');
    await chmod(file(), 0o644);
    expect(await proctor(['list'], { ACCESS_TOKEN: TOKEN })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await mode(file())).toBe('644');
  });

  it.each<[string, () => Promise<void>, string]>([
    ['that everyone can change', () => chmod(file(), 0o666), 'every user of this machine can change it'],
    ['in a folder of everyone', () => chmod(folder(), 0o777), 'can replace the files of its folder'],
    ['that is a device', async () => await link('/dev/zero'), 'no regular file'],
  ])('%s is refused, and nothing is sent', async (_, spoil, says) => {
    await write();
    await spoil();
    const { exitCode, stderr } = await proctor(['list']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
    expect(stderr).not.toContain(TOKEN);
  });

  it('of another user is refused', async () => {
    await write();
    if (process.geteuid?.() === 0) await chown(file(), OTHER_USER, OTHER_USER);
    jest.spyOn(process, 'geteuid').mockReturnValue(OTHER_USER + 1);
    const { exitCode, stderr } = await proctor(['list']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/belongs to another user/);
  });

  it('is written with mode 0600 in the place of a readable one', async () => {
    await write();
    await chmod(file(), 0o644);
    expect((await proctor(['config', '--email', 'b@c.d', '--yes'], {}, 'x')).exitCode).toBe(0);
    expect(await mode(file())).toBe('600');
  });
});

describe('login.json', () => {
  it('is mended and refused alike', async () => {
    const login = join(folder(), 'login.json');
    cli.gateway.bearerTokens.add('token-1');
    await writeFile(login, JSON.stringify({ host: `http://${cli.gateway.host}`, token: 'token-1' }));
    await chmod(login, 0o644);
    expect((await proctor(['list'])).stderr).toContain('login.json (its mode was 0644, now 0600)');
    await chmod(login, 0o606);
    expect(await proctor(['list'])).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await readFile(login, 'utf8')).toContain('token-1');
  });
});

async function link(target: string): Promise<void> {
  const { rm, symlink } = await import('node:fs/promises');
  await rm(file());
  await symlink(target, file());
}

import { execFileSync } from 'node:child_process';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EMAIL, TOKEN } from '../support/fake-gateway.js';
import { runCliHere } from '../support/run-cli.js';
import { setUpCli } from '../support/set-up-cli.js';

jest.setTimeout(60_000);

const cli = setUpCli();
const at = (name: string) => join(cli.folder, name);
let warnings: string[];

beforeEach(async () => {
  warnings = [];
  jest.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
  await mkdir(at('procs'));
  await writeFile(at('procs/proc.yaml'), 'name: p\nimage_name: a:1\n');
  cli.gateway.replies.set('POST /metadata', undefined);
});

function proctor(...words: string[]) {
  const env = { LOCAL_CONFIG_DIR: at('config'), PROCTOR_HOST: cli.gateway.host, EMAIL_ID: EMAIL };
  return runCliHere(words, { ...env, ACCESS_TOKEN: TOKEN });
}

const apply = (path: string) => proctor('procs', 'apply', '--yes', '-f', path);

describe('procs apply -f DIR', () => {
  it.each<[string, (target: string) => Promise<void>]>([
    ['a proc file that is a link', async (target) => await symlink(target, at('procs/a.yaml'))],
    [
      'a link to a link',
      async (target) => {
        await symlink(target, at('hop'));
        await symlink('../hop', at('procs/a.yaml'));
      },
    ],
    [
      'a folder that is a link, behind a link',
      async (target) => {
        await mkdir(at('procs/sub'));
        await symlink(target, at('procs/sub/proc.json'));
      },
    ],
  ])('does not read a file outside through %s', async (_, plant) => {
    await writeFile(at('secret'), 'name: hunter2\nimage_name: hunter2:1\n');
    await plant(at('secret'));
    const { exitCode, stderr, stdout } = await apply(at('procs'));
    expect(exitCode).toBe(2);
    expect(stderr).toContain('is a link to a file outside');
    expect(stderr + stdout).not.toContain('hunter2');
    expect(cli.gateway.seen).toEqual([]);
  });

  it('follows links that stay inside, as in a mounted ConfigMap', async () => {
    await mkdir(at('procs/..data'));
    await rename(at('procs/proc.yaml'), at('procs/..data/proc.yaml'));
    await symlink('..data/proc.yaml', at('procs/proc.yaml'));
    await symlink(at('procs'), at('link'));
    expect((await apply(at('link'))).exitCode).toBe(0);
  });

  it('takes a folder beside with the same beginning for outside', async () => {
    await mkdir(at('procs-other'));
    await writeFile(at('procs-other/proc.yaml'), 'name: hunter2\nimage_name: a:1\n');
    await symlink(at('procs-other/proc.yaml'), at('procs/a.yaml'));
    expect((await apply(at('procs'))).exitCode).toBe(2);
  });

  it('neither waits for a pipe nor reads a device', async () => {
    execFileSync('mkfifo', [at('procs/a.yaml')]);
    const { exitCode, stderr } = await apply(at('procs'));
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('it is no regular file')]);
  });

  it('does not leave the folder through a linked folder', async () => {
    await mkdir(at('outside'));
    await writeFile(at('outside/proc.yaml'), 'name: hunter2\nimage_name: a:1\n');
    await symlink(at('outside'), at('procs/inside'));
    expect((await apply(at('procs'))).exitCode).toBe(0);
    expect(JSON.stringify(cli.gateway.seen)).not.toContain('hunter2');
  });
});

describe('a file that is no proc file', () => {
  const TEXTS: [string, string][] = [
    ['shadow', 'root:$6$hunter2:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n'],
    ['a private key', '-----BEGIN PRIVATE KEY-----\nMIIhunter2\n-----END PRIVATE KEY-----\n'],
    ['credentials', 'password: hunter2\nhunter2: x\n'],
    ['a map of maps', 'clusters: [{hunter2: {hunter2: 1}}]\n'],
    ['a list of maps', '- hunter2: 1\n- [hunter2]\n- hunter2\n'],
    ['a kubeconfig with a name', 'name: "hunter2: x"\nusers: []\n'],
    ['an open quote', 'a: "hunter2\nb: hunter2'],
    ['an alias', '**hunter2**: *hunter2\n'],
    ['an alias as a value', 'a: *hunter2\n'],
    ['a reserved character', '@hunter2\n`hunter2`'],
    ['a tag', '!hunter2 x\n'],
    ['a known tag', '!!map hunter2\n'],
    ['a directive', '%hunter2 x\n---\na\n'],
    ['two colons', 'token: hunter2: x\n'],
    ['a block header', 'a: |hunter2 hunter2\n x'],
    ['a list under a name that is none', '"hunter2 x": [1]\n'],
    ['a map as a key', '? {hunter2: 1}\n: x\n'],
    ['a merge key without a map', '<<: hunter2\n'],
    ['tabs', '\thunter2:\n\t\thunter2'],
    ['JSON', '{"private_key": "hunter2", "hunter2": [1]}'],
    ['half of a JSON', '{"private_key": "hunter2"'],
    ['bytes', '\0hunter2'],
  ];
  const COMMANDS: [string, (path: string) => string[]][] = [
    ['procs apply', (path) => ['procs', 'apply', '--yes', '-f', path]],
    ['pod-template apply', (path) => ['pod-template', 'apply', '--yes', '-f', path]],
  ];

  it.each(COMMANDS)('is refused by %s without a word of it, and not sent', async (_, words) => {
    for (const [what, text] of TEXTS) {
      await writeFile(at('x.yaml'), text);
      for (const output of ['text', 'json']) {
        const { exitCode, stdout, stderr } = await proctor(...words(at('x.yaml')), '-o', output);
        expect({ what, exitCode, shown: stdout + stderr }).toMatchObject({
          exitCode: 2,
          shown: expect.stringContaining('x.yaml'),
        });
        expect({ what, shown: stdout + stderr + warnings.join() }).not.toMatchObject({
          shown: expect.stringContaining('hunter2'),
        });
      }
    }
    expect(cli.gateway.seen).toEqual([]);
  });

  it('is refused by execute and secrets set without its values', async () => {
    for (const [what, text] of TEXTS.filter(
      ([, content]) => !/^[{\w]+: |"private_key": "hunter2", /.test(content),
    )) {
      await writeFile(at('x.yaml'), text);
      for (const words of [
        ['execute', 'say-hello', '-f', at('x.yaml')],
        ['secrets', 'set', 'say-hello', '--env-file', at('x.yaml')],
      ]) {
        const { exitCode, stdout, stderr } = await proctor(...words);
        expect({ what, words, exitCode }).toMatchObject({ exitCode: 2 });
        expect(stdout + stderr + warnings.join()).not.toContain('hunter2');
      }
    }
  });

  it('may be endless: it is not read to its end', async () => {
    for (const words of [
      ['procs', 'apply', '--yes', '-f', '/dev/zero'],
      ['pod-template', 'apply', '--yes', '-f', '/dev/zero'],
      ['execute', 'say-hello', '-f', '/dev/zero'],
      ['secrets', 'set', 'say-hello', '--env-file', '/dev/zero'],
      ['secrets', 'set', 'say-hello', '--from-file', 'A=/dev/zero'],
      ['config', '--host', 'localhost:1', '--email', EMAIL, '--token-file', '/dev/zero'],
    ]) {
      const { exitCode, stderr } = await proctor(...words);
      expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/\/dev\/zero is larger than \d+ bytes/)]);
    }
  });

  it('is read from a pipe that the user names', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const applied = apply(at('pipe'));
    await writeFile(at('pipe'), 'name: p\nimage_name: a:1\n');
    expect((await applied).exitCode).toBe(0);
  });
});

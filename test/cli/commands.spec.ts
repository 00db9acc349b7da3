import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EMAIL, TOKEN, sayHello } from '../support/fake-gateway.js';
import { runCliHere, type Input } from '../support/run-cli.js';
import { setUpCli } from '../support/set-up-cli.js';

jest.setTimeout(60_000);

const cli = setUpCli();
let env: Record<string, string>;

beforeEach(() => {
  env = {
    LOCAL_CONFIG_DIR: cli.folder,
    PROCTOR_HOST: cli.gateway.host,
    EMAIL_ID: EMAIL,
    ACCESS_TOKEN: TOKEN,
  };
});

const proctor = (words: readonly string[], input: Input = '') => runCliHere(words, env, input);

const withSecretArg = {
  ...sayHello,
  env_vars: {
    ...sayHello.env_vars,
    args: [
      ...sayHello.env_vars.args,
      { name: 'PIN', description: 'The PIN', type: 'secret' as const, required: true },
    ],
  },
};

describe('a secret arg', () => {
  beforeEach(() => {
    cli.gateway.proc = withSecretArg;
  });

  it('is prompted for on a terminal, and not shown', async () => {
    cli.gateway.replies.set('POST /execution', execution());
    const result = await proctor(['execute', 'say-hello', 'WHO=x', '-d'], { typed: ['my-pin'] });
    expect(result).toMatchObject({ exitCode: 0, stdout: '7\n' });
    expect(result.stderr).not.toContain('my-pin');
    expect(cli.gateway.seen.map(({ body }) => body)).toEqual([
      { name: 'say-hello', args: { WHO: 'x', PIN: 'my-pin' } },
    ]);
  });

  it('can come from a file or standard input', async () => {
    cli.gateway.replies.set('POST /execution', execution());
    expect((await proctor(['execute', 'say-hello', '-f', '-', '-d'], 'PIN: from-stdin')).exitCode).toBe(0);
    expect(cli.gateway.seen.at(-1)?.body).toMatchObject({ args: { PIN: 'from-stdin' } });
  });

  it.each([
    ['on the command line', ['execute', 'say-hello', 'PIN=my-pin'], 'is secret'],
    [
      'on the command line of a schedule',
      ['schedule', 'say-hello', 'PIN=my-pin', ...'-c c -g g -n n -T t'.split(' ')],
      'is secret',
    ],
    ['if it is missing without a terminal', ['execute', 'say-hello'], 'is required'],
  ])('is refused %s', async (_, words, says) => {
    cli.gateway.replies.set('POST /execution', execution());
    const { exitCode, stderr } = await proctor(words);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
    expect(stderr).toContain('-f FILE');
    expect(stderr).not.toContain('my-pin');
    expect(cli.gateway.seen).toEqual([]);
  });
});

describe('queries', () => {
  it('of the history contain every filter', async () => {
    cli.gateway.replies.set('GET /execution', { executions: [execution()], next: '7' });
    cli.gateway.replies.set('GET /whoami', {
      email: 'me@example.com',
      name: '',
      groups: [],
      is_admin: false,
    });
    const { stderr } = await proctor([
      'history',
      '--mine',
      '--proc',
      'p',
      '--status',
      'pod_failed,TIMED_OUT',
      '--status',
      'FINISHED',
      '--since',
      '2026-01-31',
      '--limit',
      '5',
    ]);
    expect(stderr).toContain('--all');
    expect(cli.gateway.seen.at(-1)?.line).toBe(
      'GET /execution?proc=p&status=POD_FAILED,TIMED_OUT,FINISHED&since=2026-01-31T00:00:00Z&limit=5&user=me@example.com',
    );
  });

  it.each([
    [['history', '--status', 'BROKEN'], '--status'],
    [['history', '--since', 'yesterday'], '--since'],
    [['history', '--limit', '501'], '--limit'],
    [['history', '--proc', '../x'], '--proc'],
    [['audit', '--until', '2026-13-01'], '--until'],
    [['audit', '--export', '--limit', '5'], '--limit'],
    [['logs', '7', '--tail', '-1'], '--tail'],
    [['logs', '7', '--since', 'x'], '--since'],
    [['token', 'create', '--expires', '5'], '--expires'],
    [['token', 'create', '--scope', 'write'], 'scope'],
    [['token', 'revoke', 'x'], 'token list'],
    [['workload', 'create', 'x', '--issuer', 'https://i'], 'Missing options'],
    [
      [
        'workload',
        'create',
        'x',
        ...'--issuer i --audience a --subject s --account c --claim env'.split(' '),
      ],
      '--claim must be NAME=VALUE',
    ],
    [['user', 'update', 'a@b.c'], '--deactivate'],
    [['user', 'update', 'a@b.c', '--activate', '--deactivate'], 'contradict'],
    [['schedule', 'say-hello', '-c', 'x'], 'Missing options: --group, --notify, --tags'],
    [['schedule', ...'-c c -g g -n n -T t'.split(' ')], 'Missing argument: PROC'],
    [['schedule', 'say-hello', ...'-g g -n n -T t'.split(' ')], 'Use --cron to repeat, --at to run once'],
    [['schedule', 'say-hello', ...'-c c --at 2h -g g -n n -T t'.split(' ')], 'either --cron or --at'],
    [['schedule', 'say-hello', ...'--at noon -g g -n n -T t'.split(' ')], '--at'],
    [
      ['schedule', 'say-hello', ...'-c c --overlap never -g g -n n -T t'.split(' ')],
      'Invalid value for overlap',
    ],
    [['schedule', 'update', '7', '--blackout', 'weekend'], '--blackout'],
    [['schedule', 'update', '7', '--blackout', '1:00-2:00', '--no-blackouts'], 'contradict'],
    [['schedule', 'update', '7', '--grace', '90'], '--grace'],
    [['schedule', 'update', '7', '--notify-on', 'ended'], '--notify-on'],
    [['schedule', 'update', '7'], 'nothing to change'],
    [['schedule', 'update', 'x', '-c', 'c'], 'schedule id'],
    [['schedule', 'next', '7', '--count', '101'], '--count'],
    [['schedule', 'next'], 'Missing argument: ID'],
    [['template', 'p'], 'Missing argument: FILE'],
    [['template'], 'Missing arguments: PROC, FILE'],
    [['execute', 'p', '-f'], 'Option f needs a value'],
    [['schedule', 'history', '7', '--limit', '0'], '--limit'],
    [['notification'], 'needs a subcommand'],
    [['notification', 'list', '--state', 'lost'], 'state'],
    [['notification', 'list', '--execution', 'x'], '--execution'],
    [['notification', 'resend', 'x'], 'notification id'],
    [['notify', 'always'], 'events'],
    [['notify', 'none', 'start'], 'none alone'],
    [['schedule', 'pause', 'x'], 'schedule id'],
    [['procs', 'apply'], '--file'],
    [['procs', 'apply', '-f', '/nowhere'], 'ENOENT'],
    [['procs'], 'needs a subcommand'],
    [['procs', 'bogus'], 'bogus'],
    [['secrets', 'set', 'p'], 'No secrets given'],
    [['secrets', 'set', 'p', 'A', 'B'], 'only one secret'],
    [['completion', 'tcsh'], 'shell'],
  ])('%j: fails with 2 before any request', async (words, says) => {
    const { exitCode, stderr, stdout } = await proctor(words);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/^\s+at |undefined|\[object/m);
  });

  it('never repeat a value from the command line', async () => {
    const { exitCode, stderr } = await proctor(['secrets', 'set', 'p', 'KEY=hunter2']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--from-file');
    expect(stderr).not.toContain('hunter2');
  });
});

describe('procs apply', () => {
  it('reports every typo, without a request', async () => {
    const file = join(cli.folder, 'p.yaml');
    await writeFile(
      file,
      'name: p\nimage_nme: a:1\nenv_vars: {args: [{name: A, requird: true}]}\n---\n- name: q\n  image_name: "?"\n',
    );
    const { exitCode, stderr } = await proctor(['procs', 'apply', '-f', file, '--yes']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("p: image_nme: unknown field; did you mean 'image_name'?");
    expect(stderr).toContain("p: env_vars.args.0.requird: unknown field; did you mean 'required'?");
    expect(stderr).toContain('q: image_name: must be an image reference');
  });

  it('asks on a terminal, and changes nothing if the user declines', async () => {
    cli.gateway.replies.set('POST /metadata', undefined);
    const text = join(cli.folder, 'p.yaml');
    await writeFile(text, 'name: p\nimage_name: a:1\n');
    const no = await proctor(['procs', 'apply', '-f', text], { typed: ['n'] });
    expect([no.exitCode, cli.gateway.seen.length]).toEqual([6, 0]);
    const yes = await proctor(['procs', 'apply', '-f', text], { typed: ['y'] });
    expect([yes.exitCode, cli.gateway.seen.length]).toEqual([0, 1]);
    expect(cli.gateway.seen[0]?.body).toMatchObject([{ name: 'p', image_name: 'a:1' }]);
    expect((await proctor(['procs', 'apply', '-f', text])).stderr).toContain('--yes');
  });
});

describe('completion', () => {
  const isThere = async (shell: string) =>
    await promisify(execFile)(shell, ['-c', 'exit 0']).then(
      () => true,
      () => false,
    );

  it('completes commands, options, values, procs and files in bash', async () => {
    const { stdout: script } = await proctor(['completion', 'bash']);
    const file = join(cli.folder, 'completion.bash');
    await writeFile(file, script);
    const complete = async (...words: string[]) => {
      const code = `source "$1"; shift
        proctor() { echo say-hello; echo "$* $CONNECTION_TIMEOUT_SECS" >> "$0"; }
        COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _proctor; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const log = join(cli.folder, 'calls');
      const { stdout } = await promisify(execFile)('bash', ['-c', code, log, file, 'proctor', ...words]);
      return stdout.trim().split('\n');
    };
    expect(await complete('procs', 'a')).toEqual(['apply']);
    expect(await complete('procs', 'apply', '--d')).toEqual(['--dry-run']);
    expect(await complete('-o', 'json', 'history', '--status', 'POD_C')).toEqual(['POD_CREATION_FAILED']);
    expect(await complete('list', '--output', '=', 'j')).toEqual(['json']);
    expect(await complete('execute', 's')).toEqual(['say-hello']);
    expect(await complete('execute', '-f', 's', 's')).toEqual(['say-hello']);
    expect(await complete('schedule', 'create', 'l')).toEqual(['']);
    expect(await complete('schedule', 'p')).toEqual(['pause']);
    expect(await complete('schedule', 'update', '--ti')).toEqual(['--time-zone']);
    expect(await complete('schedule', 'create', 'x', '--overlap', 'q')).toEqual(['queue']);
    expect(await complete('schedule', 'update', '7', '--notify-on', 'f')).toEqual(['failure']);
    expect(await complete('notification', 'list', '--state', 'f')).toEqual(['failed']);
    expect(await complete('notify', 'start', 's')).toEqual(['start', 'success', 'slow']);
    expect(await complete('procs', 'apply', '-f', file.slice(0, -3))).toEqual([file]);
  });

  it.each(['zsh', 'fish'])('is a valid script for %s, if that shell is installed', async (shell) => {
    const { stdout: script } = await proctor(['completion', shell]);
    for (const word of ['say-hello', 'procs apply', '--dry-run', 'POD_FAILED']) {
      expect(script.includes(word)).toBe(word !== 'say-hello');
    }
    const file = join(cli.folder, 'script');
    await writeFile(file, script);
    if (await isThere(shell)) await promisify(execFile)(shell, ['-n', file]);
  });
});

function execution() {
  const now = '2024-01-01T00:00:00.000Z';
  return {
    id: 7,
    job_name: 'say-hello',
    name: 'proctor-test-7',
    image_tag: 'proctor/say-hello:1',
    created_at: now,
    updated_at: now,
    status: 'RECEIVED',
  };
}

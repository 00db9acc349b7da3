import { spawn } from 'node:child_process';
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connectWs } from '../../cli/src/gateway/connect-ws.js';
import { executionReply, type ExecutionReply } from '@app/contract';
import { AppError } from '@app/domain';
import {
  connectWebSocket,
  followLog,
  GatewayClient,
  tokenIdentity,
  type ConnectLog,
  type LogSource,
} from '@app/gateway-client';
import { Outbound, readOutboundSettings } from '@app/outbound';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { WebSocket } from 'ws';
import { EMAIL, TOKEN, json, refuse, sendLines, sendThenCut, sendThenHang } from '../support/fake-gateway.js';
import { resultOf, runCli, runCliHere, startCli, untilWritten } from '../support/run-cli.js';
import { setUpCli } from '../support/set-up-cli.js';
import { freePort } from '../support/servers.js';

// Each test starts Node several times, possibly on a busy machine.
jest.setTimeout(60_000);

const cli = setUpCli();
let env: Record<string, string>;

beforeEach(() => {
  env = {
    LOCAL_CONFIG_DIR: join(cli.folder, 'config'),
    PROCTOR_HOST: cli.gateway.host,
    EMAIL_ID: EMAIL,
    ACCESS_TOKEN: TOKEN,
    PROC_EXECUTION_STATUS_POLL_COUNT: '2',
  };
});

const proctor = (...words: string[]) => runCli(words, env);

function jsonLines(text: string): Array<Record<string, unknown>> {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('list and describe', () => {
  it('show procs for people', async () => {
    expect(await proctor('list')).toEqual({
      exitCode: 0,
      stdout: 'NAME       DESCRIPTION\nsay-hello  Says hello\n',
      stderr: '',
    });
    const { stdout, exitCode } = await proctor('describe', 'say-hello');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/WHO {2}string {2}required {2}Whom to greet/);
    expect(stdout).toContain('proctor execute say-hello WHO=VALUE');
  });

  it('show procs for programs', async () => {
    expect(JSON.parse((await proctor('list', '-o', 'json')).stdout)).toMatchObject([{ name: 'say-hello' }]);
    expect(JSON.parse((await proctor('describe', 'say-hello', '--output=json')).stdout)).toMatchObject({
      env_vars: { args: [{ name: 'WHO', required: true }, { name: 'HOW' }] },
    });
  });

  it('suggest a similar name for an unknown proc', async () => {
    const { exitCode, stderr } = await proctor('describe', 'Say-Hello');
    expect(exitCode).toBe(5);
    expect(stderr).toContain("Did you mean 'say-hello'?");
  });
});

describe('execute', () => {
  it('writes only the log to standard output, and everything else to standard error', async () => {
    const { exitCode, stdout, stderr } = await proctor('execute', 'say-hello', 'WHO=pa$$word $(HOME)=x');
    expect(stdout).toBe('hello\n\nbye\n');
    expect(stderr).toMatch(/Execution \d+ of say-hello accepted\.\nExecution \d+ of say-hello: FINISHED\.\n/);
    expect(exitCode).toBe(0);
    expect([...cli.gateway.submissions.values()]).toEqual([
      { name: 'say-hello', args: { WHO: 'pa$$word $(HOME)=x' } },
    ]);
  });

  it.each<[Partial<ExecutionReply>, number]>([
    [{ status: 'POD_FAILED', exit_code: 3, reason: 'Error' }, 1],
    [{ status: 'REQUIREMENT_NOT_MET', reason: 'No secret KEY' }, 1],
    [{ status: 'CANCELLED' }, 8],
    [{ status: 'TIMED_OUT' }, 8],
  ])('exits for %j with %d', async (ending, exitCode) => {
    cli.gateway.nextEnding = ending;
    const result = await proctor('execute', 'say-hello', 'WHO=x');
    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr).toContain(ending.status);
    if (ending.exit_code !== undefined) expect(result.stderr).toContain('exit code 3, Error');
  });

  it('reads a file of arguments; words take precedence', async () => {
    const file = join(cli.folder, 'args.yaml');
    await writeFile(file, 'WHO: file\nHOW: 007\n');
    expect((await proctor('execute', 'say-hello', '-f', file, 'WHO=word')).exitCode).toBe(0);
    expect([...cli.gateway.submissions.values()]).toEqual([
      { name: 'say-hello', args: { WHO: 'word', HOW: '007' } },
    ]);
  });

  it('accepts the file that template writes', async () => {
    const file = join(cli.folder, 'args.yaml');
    expect((await proctor('template', 'say-hello', file)).exitCode).toBe(0);
    expect(await readFile(file, 'utf8')).toContain('# Whom to greet (required)\nWHO: ""\n');
    expect((await proctor('execute', 'say-hello', '-f', file)).exitCode).toBe(0);
    await writeFile(file, 'mine');
    expect((await proctor('template', 'say-hello', file)).exitCode).toBe(6);
    expect(await readFile(file, 'utf8')).toBe('mine');
    expect((await proctor('template', 'say-hello', file, '--yes')).exitCode).toBe(0);
  });

  it('prints events for programs, one per line', async () => {
    cli.gateway.logScripts = [sendLines(['\x1b[31mred', 'ü'])];
    cli.gateway.nextEnding = { status: 'POD_FAILED', exit_code: 3 };
    const { stdout, stderr, exitCode } = await proctor('execute', 'say-hello', 'WHO=x', '-o', 'json');
    expect(jsonLines(stdout)).toMatchObject([
      { type: 'execution', status: 'RECEIVED' },
      { type: 'log', line: '\x1b[31mred' },
      { type: 'log', line: 'ü' },
      { type: 'end', status: 'POD_FAILED', exit_code: 3 },
    ]);
    expect(executionReply.safeParse(jsonLines(stdout).at(-1)).success).toBe(true);
    expect(stderr).toBe('');
    expect(exitCode).toBe(1);
  });

  it('repeats the submission when the connection breaks before the reply', async () => {
    let broken = 0;
    cli.gateway.overrides.set('POST /execution', (request) => {
      broken += 1;
      if (broken === 2) cli.gateway.overrides.delete('POST /execution');
      const key = String(request.headers['idempotency-key']);
      // Accepted, but the reply is lost.
      if (!cli.gateway.submissions.has(key)) {
        cli.gateway.submissions.set(key, { name: 'say-hello', args: {} });
        cli.gateway.addExecution();
      }
      request.socket.destroy();
    });
    expect((await proctor('execute', 'say-hello', 'WHO=x')).exitCode).toBe(0);
    expect(cli.gateway.submitRequests).toBe(1);
    expect(cli.gateway.submissions.size).toBe(1);
    expect(cli.gateway.executions.size).toBe(1);
  });

  it('shows lines while the stream continues', async () => {
    cli.gateway.logScripts = [sendThenHang(['first'])];
    const child = startCli(['execute', 'say-hello', 'WHO=x'], env);
    try {
      await untilWritten(child.stdout, 'first\n');
      expect(child.exitCode).toBeNull();
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('logs', () => {
  it('come complete and in order, 20,000 lines and one of 1 MiB', async () => {
    const lines = [...Array.from({ length: 20_000 }, (_, n) => `line ${n}`), 'x'.repeat(1024 * 1024), ''];
    cli.gateway.logScripts = [sendLines(lines, 500)];
    const id = cli.gateway.addExecution();
    const { stdout, exitCode } = await proctor('logs', String(id));
    expect(stdout === lines.map((line) => `${line}\n`).join('')).toBe(true);
    expect(exitCode).toBe(0);
  });

  it('may be empty', async () => {
    cli.gateway.logScripts = [sendLines([])];
    expect(await proctor('logs', String(cli.gateway.addExecution()))).toMatchObject({
      exitCode: 0,
      stdout: '',
    });
  });

  it('resume after lost connections, with each line once', async () => {
    const lines = ['a', 'b', 'c', 'd', 'e', 'f'];
    cli.gateway.logScripts = [
      sendThenCut(lines.slice(0, 2)),
      sendThenCut(lines.slice(0, 1)),
      (socket) => socket.close(1001, 'going away'),
      sendThenCut(lines.slice(0, 4)),
      sendLines(lines, 3),
    ];
    const { stdout, exitCode } = await proctor('logs', String(cli.gateway.addExecution()));
    expect(stdout).toBe('a\nb\nc\nd\ne\nf\n');
    expect(exitCode).toBe(0);
    expect(cli.gateway.logConnections).toBe(5);
  });

  it('exit with 0 for a failed execution, and report its end', async () => {
    const result = await proctor(
      'logs',
      String(cli.gateway.addExecution({}, { status: 'POD_FAILED', exit_code: 9 })),
    );
    expect(result.exitCode).toBe(0);
    expect(result.stderr).toContain('POD_FAILED (exit code 9)');
  });

  it('report a status that is not final after the end of the log', async () => {
    const result = await proctor('logs', String(cli.gateway.addExecution({ status: 'POD_READY' }, {})));
    expect(result.exitCode).toBe(7);
    expect(result.stderr).toMatch(/still POD_READY[^]*proctor status \d+/);
  });

  it('say how to resume after Ctrl-C', async () => {
    cli.gateway.logScripts = [sendThenHang(['first'])];
    const id = cli.gateway.addExecution();
    const child = startCli(['logs', String(id)], env);
    const ended = resultOf(child);
    await untilWritten(child.stdout, 'first\n');
    child.kill('SIGINT');
    const { exitCode, stderr } = await ended;
    expect(exitCode).toBe(130);
    expect(stderr).toContain(`proctor logs ${id}`);
    expect(stderr).toContain(`proctor cancel ${id}`);
  });

  it('stop silently when the reader of the output closes it', async () => {
    cli.gateway.logScripts = [sendLines(Array.from({ length: 50_000 }, (_, n) => `line ${n}`))];
    const child = startCli(['logs', String(cli.gateway.addExecution())], env);
    const ended = resultOf(child);
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await ended).toMatchObject({ exitCode: 141, stderr: '' });
  });
});

describe('status and cancel', () => {
  it('show one execution', async () => {
    const id = cli.gateway.addExecution({ status: 'POD_FAILED', exit_code: 3, reason: 'Error' });
    const { stdout, exitCode } = await proctor('status', String(id));
    expect(stdout).toContain('Status     POD_FAILED\nExit code  3\nReason     Error\n');
    expect(exitCode).toBe(0);
    const forPrograms = await proctor('status', String(id), '-o', 'json');
    expect(JSON.parse(forPrograms.stdout)).toMatchObject({ id, exit_code: 3 });
  });

  it('cancel a running execution, and refuse an ended one', async () => {
    const running = cli.gateway.addExecution({ status: 'POD_READY' });
    expect(await proctor('cancel', String(running))).toMatchObject({ exitCode: 0 });
    expect(cli.gateway.executions.get(running)?.reply.cancel_requested_at).toBeDefined();
    const over = await proctor('cancel', String(cli.gateway.addExecution({ status: 'FINISHED' })));
    expect(over.exitCode).toBe(6);
    expect(over.stderr).toContain('The execution has ended: FINISHED.');
  });
});

describe('config', () => {
  const path = () => join(cli.folder, 'config', 'proctor.yaml');
  const words = () => ['config', '--host', cli.gateway.host, '--email', EMAIL];
  const bare = () => ({ LOCAL_CONFIG_DIR: join(cli.folder, 'config') });

  it('reads the token from standard input, protects the file and never shows it', async () => {
    expect((await runCli(words(), bare(), `${TOKEN}\n`)).exitCode).toBe(0);
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    expect((await runCli(['list'], bare())).exitCode).toBe(0);
    for (const output of ['text', 'json']) {
      const { stdout, stderr } = await runCli(['config', 'show', '-o', output], bare());
      expect(stdout).toContain(cli.gateway.host);
      expect(stdout + stderr).not.toContain(TOKEN);
    }
  });

  it('confirms before it overwrites, and keeps the other values', async () => {
    await runCli([...words(), 'CONNECTION_TIMEOUT_SECS=7'], bare(), TOKEN);
    const before = await readFile(path(), 'utf8');
    const refused = await runCli(['config', '--host', 'elsewhere'], bare(), 'x');
    expect(refused.exitCode).toBe(6);
    expect(refused.stderr).toContain('--yes');
    expect(await readFile(path(), 'utf8')).toBe(before);
    const file = join(cli.folder, 'token');
    await writeFile(file, 'another-token\n');
    expect(
      (await runCli(['config', '--email', 'b@c.d', '--token-file', file, '--yes'], bare())).exitCode,
    ).toBe(0);
    expect(await readFile(path(), 'utf8')).toBe(
      before.replace(EMAIL, 'b@c.d').replace(TOKEN, 'another-token'),
    );
  });

  it('writes no unusable configuration', async () => {
    for (const wrong of [
      ['config', '--host', 'ftp://x', '--email', EMAIL],
      ['config', '--email', EMAIL],
      ['config', 'FOO=1'],
    ]) {
      expect((await runCli(wrong, bare(), TOKEN)).exitCode).toBe(2);
    }
    expect((await runCli(words(), bare(), '')).exitCode).toBe(2);
    await expect(stat(path())).rejects.toThrow('ENOENT');
  });

  it('reads a v2 file; the environment takes precedence', async () => {
    await mkdir(join(cli.folder, 'config'));
    await writeFile(
      path(),
      `PROCTOR_HOST: "${cli.gateway.host}"\nEMAIL_ID: ${EMAIL}\nACCESS_TOKEN: ${TOKEN}\n`,
    );
    expect((await runCli(['list'], bare())).exitCode).toBe(0);
    expect((await runCli(['list'], { ...bare(), ACCESS_TOKEN: 'wrong' })).exitCode).toBe(3);
  });
});

describe('version', () => {
  it('shows both versions, and works without a gateway', async () => {
    const both = JSON.parse((await proctor('version', '-o', 'json')).stdout) as Record<string, unknown>;
    expect(both).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      gateway: { version: '9.9.9' },
    });
    env = { LOCAL_CONFIG_DIR: cli.folder };
    const alone = await proctor('version');
    expect(alone.exitCode).toBe(0);
    expect(alone.stdout).toContain('not configured');
  });
});

describe('errors', () => {
  const list = ['list'];
  const answerWith = (status: number, contentType: string, body: string) => () =>
    cli.gateway.overrides.set('GET /metadata', (_, response) => {
      response.writeHead(status, { 'content-type': contentType }).end(body);
    });
  const submitRefused = (status: number, error: AppError) => () =>
    cli.gateway.overrides.set('POST /execution', (request, response) => {
      request.resume();
      refuse(response, status, error);
    });
  const run = ['execute', 'say-hello', 'WHO=x'];

  it.each<[what: string, arrange: () => unknown, words: string[], exitCode: number]>([
    ['no configuration', () => (env = { LOCAL_CONFIG_DIR: cli.folder }), list, 3],
    ['a configuration that is no YAML', () => brokenConfig('A: "'), list, 2],
    ['a configuration that is a list', () => brokenConfig('- a'), list, 2],
    ['a wrong host', () => (env['PROCTOR_HOST'] = 'http://'), list, 2],
    ['a wrong timeout', () => (env['CONNECTION_TIMEOUT_SECS'] = 'soon'), list, 2],
    ['a wrong token', () => (env['ACCESS_TOKEN'] = 'wrong'), list, 3],
    ['a token of two lines', () => (env['ACCESS_TOKEN'] = 'a\nb'), list, 2],
    ['a refused port', async () => (env['PROCTOR_HOST'] = `127.0.0.1:${await freePort()}`), list, 7],
    ['a web page', answerWith(200, 'text/html', '<html>Welcome</html>'), list, 7],
    ["a proxy's page", answerWith(502, 'text/html', '<html>Bad gateway</html>'), list, 7],
    ['half of a JSON', answerWith(200, 'application/json', '[{"name": "a'), list, 7],
    ['JSON of another shape', answerWith(200, 'application/json', '{"procs": 1}'), list, 7],
    ['an empty body', answerWith(200, 'application/json', ''), list, 7],
    ['500 with a stack', answerWith(500, 'text/plain', 'Error: x\n    at f (a.js:1:1)'), list, 70],
    ['503', answerWith(503, 'text/plain', 'The database is away'), list, 7],
    ['429', answerWith(429, 'text/plain', 'Slow down'), list, 7],
    ['403', submitRefused(403, new AppError('forbidden', 'Not in devs.')), run, 4],
    ['an outdated client', submitRefused(400, new AppError('outdated_client', 'Too old.')), run, 9],
    [
      'an idempotency key reused',
      submitRefused(422, new AppError('idempotency_key_reused', 'Other body.')),
      run,
      6,
    ],
    [
      'a redirect',
      () =>
        cli.gateway.overrides.set(
          'GET /metadata',
          (_, response) => void response.writeHead(302, { location: 'http://elsewhere.invalid/' }).end(),
        ),
      list,
      7,
    ],
    ['an answer cut in the middle', cutAnswer, list, 7],
    ['a gateway that says nothing', hang, list, 7],
    ['an unknown execution', () => {}, ['status', '12345'], 5],
    ['an unknown execution for logs', () => {}, ['logs', '12345'], 5],
    ['an id that is none', () => {}, ['status', 'abc'], 2],
    ['an id that is too big', () => {}, ['logs', '99999999999999999999'], 2],
    ['an unknown proc', () => {}, ['execute', 'nope'], 5],
    ['a proc name that can be none', () => {}, ['execute', '../x'], 2],
    ['an undeclared arg', () => {}, ['execute', 'say-hello', 'FOO=1'], 2],
    ['an arg that is no NAME=value', () => {}, ['execute', 'say-hello', 'foo'], 2],
    ['an arg named __proto__', () => {}, ['execute', 'say-hello', '__proto__=1'], 2],
    ['a file that is not there', () => {}, ['execute', 'say-hello', '-f', '/nowhere/args.yaml'], 2],
    ['a file that is a folder', () => {}, ['execute', 'say-hello', '-f', '/'], 2],
    ['a template in no folder', () => {}, ['template', 'say-hello', '/nowhere/args.yaml'], 2],
    ['an unknown command', () => {}, ['bogus'], 2],
    ['an unknown option', () => {}, ['list', '--bogus'], 2],
    ['a log stream that is refused', () => rejectUpgrade(), ['logs', 'ID'], 3],
  ])('%s: one line and the right exit code', async (_, arrange, words, exitCode) => {
    await arrange();
    const id = String(cli.gateway.addExecution());
    const asked = words.map((word) => (word === 'ID' ? id : word));
    const result = await runCli(asked, env);
    expect(result).toMatchObject({ exitCode, stdout: '' });
    expect(result.stderr).toMatch(/^proctor: \S/);
    expect(result.stderr).not.toMatch(/^\s+at |node:internal|undefined|\[object|<html/m);
    expect(result.stderr).not.toContain(TOKEN);
  });

  it.each<[string[], number]>([
    [['list', '--bogus'], 2],
    [['describe', 'nope'], 5],
    [['execute', 'say-hello', 'FOO=1'], 2],
  ])('%j: one line of JSON on standard error for programs', async (words, exitCode) => {
    const result = await proctor(...words, '-o', 'json');
    expect(result).toMatchObject({ exitCode, stdout: '' });
    expect(JSON.parse(result.stderr)).toMatchObject({ type: 'error', exit_code: exitCode });
  });

  it('include a server that does not speak HTTP', async () => {
    const server = createServer((socket) => socket.end('220 mail ready\r\n'));
    env['PROCTOR_HOST'] = await listen(server);
    const { exitCode, stderr } = await proctor('list');
    server.close();
    expect(exitCode).toBe(7);
    expect(stderr).toContain('does not speak HTTP');
  });

  async function brokenConfig(text: string): Promise<void> {
    await mkdir(join(cli.folder, 'config'));
    await writeFile(join(cli.folder, 'config', 'proctor.yaml'), text);
  }

  function cutAnswer(): void {
    cli.gateway.overrides.set('GET /metadata', (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('[{"name"', () => request.socket.destroy());
    });
  }

  function hang(): void {
    env['CONNECTION_TIMEOUT_SECS'] = '1';
    cli.gateway.overrides.set('GET /metadata', () => {});
  }

  /** The status is served with any token, the stream is not. */
  function rejectUpgrade(): void {
    env['ACCESS_TOKEN'] = 'wrong';
    const id = cli.gateway.addExecution();
    const reply = cli.gateway.executions.get(id)?.reply;
    for (const known of [id, id + 1]) {
      cli.gateway.overrides.set(`GET /execution/${known}/status`, (_, response) =>
        json(response, 200, { ...reply, id: known }),
      );
    }
  }
});

// Over `ws` as in the CLI, and over the class that browsers have, which `ws` offers too.
describe.each([
  ['ws', connectWs(new Outbound(readOutboundSettings({}).settings))],
  ["a browser's WebSocket", connectWithCookies],
])('followLog over %s', (_, connectLog) => {
  const client = () =>
    new GatewayClient({
      baseUrl: `http://${cli.gateway.host}`,
      timeoutMs: 2000,
      identity: tokenIdentity(EMAIL, TOKEN),
      connectLog,
    });

  async function linesUntilFailure(retryDelaysMs: number[]): Promise<{ lines: string[]; failure: unknown }> {
    const lines: string[] = [];
    try {
      for await (const batch of followLog(client(), String(cli.gateway.addExecution()), { retryDelaysMs }))
        lines.push(...batch);
      return { lines, failure: null };
    } catch (failure) {
      return { lines, failure };
    }
  }

  it('gives up after the last attempt', async () => {
    cli.gateway.logScripts = [sendThenCut(['first'])];
    const { lines, failure } = await linesUntilFailure([1, 1, 1]);
    expect(lines).toEqual(['first']);
    expect(cli.gateway.logConnections).toBe(4);
    const executionId = expect.stringMatching(/^\d+$/) as unknown;
    expect(failure).toMatchObject({ kind: 'log_lost', code: 'unavailable', executionId });
  });

  it('counts attempts from the last new line', async () => {
    const lines = ['a', 'b', 'c', 'd'];
    cli.gateway.logScripts = [...lines.map((_, n) => sendThenCut(lines.slice(0, n + 1))), sendLines(lines)];
    expect(await linesUntilFailure([1])).toEqual({ lines, failure: null });
  });

  it('neither loses nor repeats a line of a batch that was cut off', async () => {
    cli.gateway.logScripts = [sendThenCut(['a\nb\n', 'c']), sendLines(['a', 'b', '', 'c', '', 'd'], 3)];
    expect(await linesUntilFailure([1])).toEqual({ lines: ['a', 'b', '', 'c', '', 'd'], failure: null });
  });
});

/** In place of a browser's cookies, the handshake carries the headers. */
function connectWithCookies(source: LogSource): ReturnType<ConnectLog> {
  class BrowserSocket extends WebSocket {
    constructor(url: string) {
      super(url, { headers: source.headers });
    }
  }
  return connectWebSocket(BrowserSocket as unknown as typeof globalThis.WebSocket)(source);
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('the CLI never shows a stack trace', () => {
  const bin = join(import.meta.dirname, '../../cli/bin/proctor.mjs');
  const start = (script: string, cwd = cli.folder) =>
    resultOf(spawn('sh', ['-c', script], { cwd, env: { PATH: process.env['PATH'] ?? '' } }));
  const quoted = (path: string) => `'${path}'`;
  const node = quoted(process.execPath);
  const configured = () =>
    `PROCTOR_HOST=${cli.gateway.host} EMAIL_ID=${EMAIL} ACCESS_TOKEN=${TOKEN} ${node} ${quoted(bin)}`;

  it.each([
    ['a module that is missing', "import './missing.js';", 'npm run build'],
    ['a package that is missing', "import 'no-such-package';", 'npm run build'],
    ['code that does not compile', 'const = 1;', 'The CLI failed'],
    ['an error at import', "throw new Error('first line\\nsecond line');", 'The CLI failed: first line. '],
    ['something thrown that is no error', 'throw undefined;', 'The CLI failed: undefined'],
    ['an error in a callback', "setTimeout(() => { throw new Error('late'); });", 'The CLI failed: late'],
    [
      'a promise that nothing awaits',
      "Promise.reject(new Error('lost')); setTimeout(() => {}, 9e3);",
      'lost',
    ],
  ])('with %s', async (_, main, says) => {
    await mkdir(join(cli.folder, 'cli/bin'), { recursive: true });
    await mkdir(join(cli.folder, 'dist/cli/src'), { recursive: true });
    await copyFile(bin, join(cli.folder, 'cli/bin/proctor.mjs'));
    await writeFile(join(cli.folder, 'package.json'), '{"type":"module"}');
    await writeFile(join(cli.folder, 'dist/cli/src/main.js'), main);
    const { exitCode, stderr } = await start(`${node} cli/bin/proctor.mjs list`);
    expect(stderr).toMatch(/^proctor: [^\n]*\n$/);
    expect(stderr).toContain(says);
    expect(exitCode).toBe(70);
  });

  it('in a folder that was removed', async () => {
    const folder = join(cli.folder, 'gone');
    await mkdir(folder);
    const { exitCode, stderr } = await start(`rmdir ${quoted(folder)}; ${configured()} list`, folder);
    expect(stderr).toBe('proctor: The current folder does not exist any more. Change to another one.\n');
    expect(exitCode).toBe(70);
  });

  it.each(['1>&-', '2>&-', '0<&-', '0<&- 1>&- 2>&-', '>/dev/full', '2>/dev/full', '| true'])(
    'with its streams as %s',
    async (streams) => {
      const { stderr, stdout } = await start(`${configured()} list ${streams}`);
      expect(stderr + stdout).not.toMatch(/\n {4}at |node:internal/);
    },
  );

  it.each(['unset HOME;', 'HOME=;', 'HOME=/etc/passwd;', 'HOME=/nonexistent;'])(
    'without a home folder: %s it works with environment variables',
    async (home) => {
      const { exitCode, stdout } = await start(`export HOME; ${home} ${configured()} list`);
      expect(stdout).toContain('say-hello');
      expect(exitCode).toBe(0);
    },
  );

  it('without a home folder: says what it cannot write, and works without reading', async () => {
    const { exitCode, stderr } = await start(
      `HOME=/dev/null ${node} ${quoted(bin)} config --host ${cli.gateway.host} --email ${EMAIL} < /etc/hostname`,
    );
    expect(stderr).toMatch(
      /^proctor: Cannot write the configuration: this user has no home folder\.\nSet HOME, or /,
    );
    expect(exitCode).toBe(2);
  });
});

describe('procs new', () => {
  it('creates a folder once, in procs/ if there is one, and never changes what exists', async () => {
    const bin = join(import.meta.dirname, '../../cli/bin/proctor.mjs');
    const create = (...words: string[]) =>
      resultOf(spawn(process.execPath, [bin, 'procs', 'new', ...words], { cwd: cli.folder }));
    const { stdout, exitCode } = await create('my-proc');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Created my-proc: proc\.yaml, Dockerfile, run\.sh\n/);
    await writeFile(join(cli.folder, 'my-proc/run.sh'), 'mine');
    const again = await create('my-proc');
    expect(again.stderr).toMatch(/^proctor: my-proc already exists\. Nothing was changed\./);
    expect(again.exitCode).toBe(6);
    expect(await readFile(join(cli.folder, 'my-proc/run.sh'), 'utf8')).toBe('mine');
    await mkdir(join(cli.folder, 'procs'));
    expect((await create('my-proc')).stdout).toContain('  proctor procs apply -f procs/my-proc --yes\n');
    await mkdir(join(cli.folder, 'a folder'));
    expect((await create('x', '--in', 'a folder')).stdout).toContain("apply -f 'a folder/x' --yes\n");
    expect((await create('x', '--in', 'no-folder')).stderr).toContain('Cannot create no-folder/x: ENOENT.');
  });

  it.each(['../x', 'a/b', 'Upper', 'with space', 'a--b', 'ü', '', 'x'.repeat(61)])(
    'refuses the name %j',
    async (name) => {
      const { exitCode, stderr } = await runCliHere(['procs', 'new', name], {});
      expect(exitCode).toBe(2);
      expect(stderr).toContain('lower-case letters, digits and single hyphens');
    },
  );
});

describe('UTF-16 files', () => {
  it('are read: arguments, the configuration and the token', async () => {
    const file = async (name: string, text: string) => {
      const path = join(cli.folder, name);
      await writeFile(path, Buffer.from(`\ufeff${text}`, 'utf16le'));
      return path;
    };
    await mkdir(join(cli.folder, 'config'));
    await file('config/proctor.yaml', `PROCTOR_HOST: ${cli.gateway.host}\nEMAIL_ID: old@b.c\n`);
    const { LOCAL_CONFIG_DIR = '' } = env;
    env = { LOCAL_CONFIG_DIR };
    const token = await file('token', `${TOKEN}\r\n`);
    expect((await proctor('config', '--email', EMAIL, '--token-file', token, '--yes')).exitCode).toBe(0);
    const args = await file('args.yaml', 'WHO: ü 🎉\r\n');
    expect((await proctor('execute', 'say-hello', '-f', args, '-d')).exitCode).toBe(0);
    expect([...cli.gateway.submissions.values()].map((sent) => sent.args)).toEqual([{ WHO: 'ü 🎉' }]);
  });
});

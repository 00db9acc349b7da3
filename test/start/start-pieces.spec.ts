import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { parseIntoClientConfig } from 'pg-connection-string';
import { listProcesses } from '../../scripts/lib/bring-up-services.mjs';
import { checkNode } from '../../scripts/lib/check-node.mjs';
import { isForeignConfig, mayReplaceConfig, writeCliConfig } from '../../scripts/lib/cli-config.mjs';
import { parseDotEnv } from '../../scripts/lib/dot-env.mjs';
import { isNewEnough } from '../../scripts/lib/find-redis.mjs';
import { isSameInstall } from '../../scripts/lib/install-packages.mjs';
import { formatLogLine } from '../../scripts/lib/log-line.mjs';
import { flush, interruptSteps, showProgressOn, step } from '../../scripts/lib/progress.mjs';
import { postgresUrl, postgresUrlFromEnv } from '../../scripts/lib/postgres-url.mjs';
import { readProcFiles, toJson } from '../../scripts/lib/register-procs.mjs';
import { countResults } from '../../scripts/lib/run-jest.mjs';
import { startServerProcess } from '../../scripts/lib/server-process.mjs';
import { readAppPort } from '../../scripts/lib/stack.mjs';
import { parseStartOptions } from '../../scripts/lib/start-options.mjs';
import { createSupervisor, restartDelayMs } from '../../scripts/lib/supervisor.mjs';
import { tempDir } from '../support/servers.js';

describe('parseDotEnv', () => {
  it.each([
    ['A=1', { A: '1' }],
    ['  export A = two words  ', { A: 'two words' }],
    [`A='$(x) # kept'`, { A: '$(x) # kept' }],
    ['A="one\\ntwo"', { A: 'one\ntwo' }],
    ['A=base64==\r\nB=x=y # remark', { A: 'base64==', B: 'x=y' }],
    ['# A=1\nnonsense\n1A=2\nB=', { B: '' }],
  ])('reads %j', (text, expected) => {
    expect(parseDotEnv(text)).toEqual(expected);
  });
});

describe('parseStartOptions', () => {
  it('reads its options', () => {
    expect(parseStartOptions([])).toMatchObject({ detach: false, yes: false, workers: 1 });
    expect(parseStartOptions(['--detach', '--workers=3', '--yes'])).toMatchObject({
      detach: true,
      yes: true,
      workers: 3,
    });
  });

  it.each([[['--detached']], [['--workers']], [['--workers', '0']], [['--workers=two']], [['now']]])(
    'refuses %j',
    (words) => {
      expect(() => parseStartOptions(words)).toThrow(/unknown option|--workers expects/);
    },
  );

  it('numbers several workers', () => {
    const names = (workers: number) =>
      listProcesses({ ...parseStartOptions([]), workers }).map(({ name }) => name);
    expect(names(1)).toEqual(['gateway', 'worker', 'scheduler', 'notifier']);
    expect(names(2)).toEqual(['gateway', 'worker-1', 'worker-2', 'scheduler', 'notifier']);
  });
});

describe('formatLogLine', () => {
  const line = (entry: object) => formatLogLine(JSON.stringify(entry), { colour: false });

  it('shows the fields that differ from line to line', () => {
    const common = { level: 'warn', time: '2026-01-02T03:04:05.678Z', service: 'gateway' };
    expect(line({ ...common, msg: 'slow', ms: 12, user: 'a' })).toMatch(
      /^\d\d:\d\d:05 WARN slow ms=12 user=a$/,
    );
  });

  it('puts the stack of an error below', () => {
    expect(line({ level: 50, msg: 'failed', err: { stack: 'Error: no\n    at x' } })).toBe(
      'ERROR failed\n  Error: no\n      at x',
    );
  });

  it('escapes control sequences', () => {
    expect(line({ level: 'info', msg: '\x1b]0;title\x07', path: '\x1b[2J' })).toBe(
      '\\x1b]0;title\\x07 path=\\x1b[2J',
    );
    expect(formatLogLine('plain \x1b[31mtext', { colour: true })).toBe('plain \\x1b[31mtext');
  });

  it.each(['{"half": ', '{"no": "level"}', 'listening'])('leaves %j unchanged', (text) => {
    expect(formatLogLine(text, { colour: false })).toBe(text);
  });
});

describe('versions', () => {
  it.each([
    ['6.2.0', true],
    ['7.0.15', true],
    ['6.0.16', false],
    ['5.3.9', false],
  ])('Redis %s: %s', (version, expected) => {
    expect(isNewEnough(version)).toBe(expected);
  });

  it('refuses a Node.js that is too old and names the required version', () => {
    expect(() => checkNode('20.18.3')).toThrow('Node.js 20.18.3 is too old: Proctor needs 20.19 or newer');
    for (const version of ['20.19.0', '22.0.0', '24.1.0']) expect(() => checkNode(version)).not.toThrow();
  });
});

describe('isSameInstall', () => {
  const wanted = {
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b': { version: '2.0.0', optional: true },
  };
  it.each([
    [{ 'node_modules/a': { version: '1.0.0' } }, true],
    [{ 'node_modules/a': { version: '1.0.1' } }, false],
    [{}, false],
    [{ 'node_modules/a': { version: '1.0.0' }, 'node_modules/old': { version: '1.0.0' } }, false],
  ])('%j: %s', (installed, expected) => {
    expect(isSameInstall(wanted, installed)).toBe(expected);
  });
});

describe('postgresUrl', () => {
  it.each(['127.0.0.1', '::1', 'db.example', '/var/run/postgresql'])(
    'keeps every character with host %s',
    (host) => {
      const server = { host, port: 5433, user: 'a@b', password: 'p/:?#@% "' };
      const parsed = parseIntoClientConfig(postgresUrl(server, 'my db'));
      expect(parsed).toMatchObject({ port: 5433, user: 'a@b', password: 'p/:?#@% "', database: 'my db' });
      expect(parsed.host?.replace(/^\[|\]$/g, '')).toBe(host);
    },
  );

  it('reports missing and wrong values', () => {
    expect(() => postgresUrlFromEnv({})).toThrow(/PROCTOR_POSTGRES_HOST is not set/);
    const host = { PROCTOR_POSTGRES_HOST: 'x' };
    expect(() => postgresUrlFromEnv({ ...host, PROCTOR_POSTGRES_OWNER_PASSWORD: 'p' })).toThrow(
      /PROCTOR_POSTGRES_OWNER_USER is not/,
    );
    const service = { ...host, PROCTOR_POSTGRES_USER: 's', PROCTOR_POSTGRES_PASSWORD: 'of s' };
    expect(postgresUrlFromEnv(service)).toBe('postgresql://s:of%20s@x:5432/proctor');
    const owner = { PROCTOR_POSTGRES_OWNER_USER: 'o', PROCTOR_POSTGRES_OWNER_PASSWORD: '@' };
    expect(postgresUrlFromEnv({ ...service, ...owner })).toBe('postgresql://o:%40@x:5432/proctor');
    expect(() => postgresUrlFromEnv({ PROCTOR_POSTGRES_HOST: 'x', PROCTOR_POSTGRES_PORT: 'y' })).toThrow(
      /got "y"/,
    );
    expect(() => readAppPort({ PROCTOR_APP_PORT: '70000' })).toThrow(/got "70000"/);
    expect(readAppPort({})).toBe(5001);
  });
});

describe('countResults', () => {
  const results = {
    numPassedTests: 3,
    numFailedTests: 0,
    numPendingTests: 1,
    numTodoTests: 1,
    numRuntimeErrorTestSuites: 0,
  };
  it.each([
    [results, false, 0, { passed: 3, failed: 0, skipped: 2 }],
    [{ ...results, numRuntimeErrorTestSuites: 1 }, false, 1, { passed: 3, failed: 1, skipped: 2 }],
    [results, true, 1, { passed: 3, failed: 1, skipped: 2 }],
    [results, false, 1, { passed: 3, failed: 1, skipped: 2 }],
    [undefined, false, 0, { passed: 0, failed: 1, skipped: 0 }],
  ])('%#', (given, hung, status, expected) => {
    expect(countResults(given, hung, status)).toEqual(expected);
  });
});

describe("the CLI's configuration", () => {
  const folder = tempDir();
  const before = process.env.LOCAL_CONFIG_DIR;
  afterAll(() => folder.remove());
  afterEach(() => {
    if (before === undefined) delete process.env.LOCAL_CONFIG_DIR;
    else process.env.LOCAL_CONFIG_DIR = before;
  });

  const values = { host: '127.0.0.1:5001', email: 'admin@localhost', token: 'abc' };
  const inFolder = (name: string) => {
    process.env.LOCAL_CONFIG_DIR = join(folder.path, name);
    return join(folder.path, name, 'proctor.yaml');
  };

  it('is readable only by its owner and recognized as ours afterwards', async () => {
    const file = inFolder('fresh');
    expect(await mayReplaceConfig({ yes: false, keepCliConfig: false })).toBe(true);
    expect(writeCliConfig(values, true).prefix).toBe('');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toContain(
      'PROCTOR_HOST: "127.0.0.1:5001"\nEMAIL_ID: "admin@localhost"\nACCESS_TOKEN: "abc"\n',
    );
    expect(isForeignConfig(file)).toBe(false);
  });

  it('is not replaced if the user has one and there is no terminal to ask', async () => {
    const file = inFolder('theirs');
    mkdirSync(join(file, '..'));
    writeFileSync(file, 'PROCTOR_HOST: production\n');
    const replace = await mayReplaceConfig({ yes: false, keepCliConfig: true });
    expect(replace).toBe(false);
    expect(writeCliConfig(values, replace).prefix).toMatch(/^LOCAL_CONFIG_DIR=.*\.proctor\/cli $/);
    expect(readFileSync(file, 'utf8')).toBe('PROCTOR_HOST: production\n');

    expect(await mayReplaceConfig({ yes: true, keepCliConfig: false })).toBe(true);
    writeCliConfig(values, true);
    expect(readFileSync(`${file}.before-npm-start`, 'utf8')).toBe('PROCTOR_HOST: production\n');
  });
});

describe('readProcFiles', () => {
  const folder = tempDir();
  afterAll(() => folder.remove());

  it('keeps the text of numbers, behind aliases and merge keys too', async () => {
    mkdirSync(join(folder.path, 'p'));
    const yaml =
      'x-n: &n {default: 1.0, min: &m 1e3}\nname: p\nretries: 2\nenv_vars: {args: [{<<: *n, name: A, max: 12345678901234567890, example: *m}]}\n';
    writeFileSync(join(folder.path, 'p/proc.yaml'), yaml);
    expect(toJson(await readProcFiles(folder.path))).toContain(
      '"name":"p","retries":2,"env_vars":{"args":[{"default":1.0,"min":1e3,"name":"A","max":12345678901234567890,"example":1e3}]}',
    );
  });
});

describe('progress', () => {
  const shown = async (work: () => Promise<unknown>) => {
    const out = new PassThrough({ encoding: 'utf8' });
    showProgressOn(out);
    await work();
    await flush();
    showProgressOn(process.stdout);
    return String(out.read());
  };

  it('ends the line of an interrupted step, which then prints no more', async () => {
    const text = await shown(async () => {
      let finish = (_: unknown) => {};
      const running = step('build', () => new Promise((resolve) => (finish = resolve)));
      interruptSteps();
      finish(null);
      await running;
    });
    expect(text).toMatch(/^✘ build \(interrupted\) [\d.]+ s\n$/);
  });

  it('says how a step ended', async () => {
    expect(await shown(() => step('build', (note) => note('unchanged')))).toMatch(/^✔ build \(unchanged\) /);
    const failing = () => step('build', () => Promise.reject(new Error('no'))).catch(() => {});
    expect(await shown(failing)).toMatch(/^✘ build [\d.]+ s\n$/);
  });
});

describe('createSupervisor', () => {
  it('waits longer after each crash, up to half a minute', () => {
    expect([1, 2, 3, 7, 20].map(restartDelayMs)).toEqual([500, 1_000, 2_000, 30_000, 30_000]);
  });

  it('restarts a killed process, and starts nothing after it was stopped', async () => {
    const seen: number[][] = [];
    const supervisor = createSupervisor((running) => seen.push(running.map(({ pid }) => pid)));
    const launch = async () => {
      const server = await startServerProcess({
        command: process.execPath,
        args: ['-e', 'setInterval(() => {}, 1000)'],
        env: {},
      });
      return { process: server, stop: () => server.stop([{ signal: 'SIGTERM', graceMs: 5_000 }]) };
    };
    const first = await supervisor.keep({ name: 'one', launch });
    first.process.kill('SIGKILL');
    while (seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen[1]).not.toEqual(seen[0]);
    await supervisor.stopAll([]);
    const pid = seen[1]![0]!;
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    await expect(supervisor.keep({ name: 'two', launch })).rejects.toThrow('stopped');
    expect(seen).toHaveLength(2);
  }, 20_000);
});

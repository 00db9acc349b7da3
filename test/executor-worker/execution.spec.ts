import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resultOf, runCli, startCli } from '../support/run-cli.js';
import { until } from '../support/api-client.js';
import { startSystem, type System } from '../support/system.js';

describe('an execution from request to end', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  }, 60_000);
  afterAll(() => system?.stop(), 60_000);

  const runToEnd = async (script: string) => {
    const { id } = await system.api.run(script);
    const end = await system.api.end(id);
    return { ...end, log: await system.api.log(id) };
  };

  it('runs, prints and finishes', async () => {
    const { id, name, status } = await system.api.run(
      'echo hello; echo "I am $EXECUTION_ID of $JOB_NAME for $USER_EMAIL"',
    );
    expect(status).toBe('RECEIVED');
    expect(name).toMatch(/^proctor-[0-9a-f]+-\d+$/);
    const lines = (await system.api.stream(id)).map(({ text }) => text);
    expect(lines).toEqual(['hello', `I am ${id} of run-script for ${system.api.identity.email}`]);
    expect(await system.api.end(id)).toMatchObject({ id, status: 'FINISHED', exit_code: 0 });
  });

  it('reports the exit code of a failed proc', async () => {
    expect(await runToEnd('echo sorry; exit 7')).toMatchObject({
      status: 'POD_FAILED',
      exit_code: 7,
      log: 'sorry\n',
    });
  });

  it('streams lines less than a second after they are printed', async () => {
    const { id } = await system.api.run('for i in 1 2 3 4 5; do date +%s%3N; sleep 0.5; done');
    const lines = await system.api.stream(id);
    expect(lines).toHaveLength(5);
    for (const { text, atMs } of lines) expect(atMs - Number(text)).toBeLessThan(1_000);
  });

  it('keeps 100,000 lines complete and in order', async () => {
    const { status, log } = await runToEnd('seq 1 100000');
    expect(status).toBe('FINISHED');
    expect(log).toBe(Array.from({ length: 100_000 }, (_, i) => `${i + 1}\n`).join(''));
  }, 60_000);

  describe('through the CLI', () => {
    const cliEnv = () => ({
      PROCTOR_HOST: system.gatewayUrl.replace('http://', ''),
      EMAIL_ID: system.api.identity.email,
      ACCESS_TOKEN: system.api.identity.token,
    });

    it('streams lines less than a second after they are printed', async () => {
      const script = 'SCRIPT=for i in 1 2 3 4 5; do date +%s%3N; sleep 0.5; done';
      const cli = startCli(['execute', 'run-script', script], cliEnv());
      const lateMs: number[] = [];
      cli.stdout.on('data', (chunk: Buffer) => {
        for (const line of chunk.toString().trim().split('\n')) lateMs.push(Date.now() - Number(line));
      });
      expect((await resultOf(cli)).exitCode).toBe(0);
      expect(lateMs).toHaveLength(5);
      expect(Math.max(...lateMs)).toBeLessThan(1_000);
    });

    it('shows 100,000 lines complete and in order', async () => {
      const { exitCode, stdout } = await runCli(['execute', 'run-script', 'SCRIPT=seq 1 100000'], cliEnv());
      expect(exitCode).toBe(0);
      expect(stdout).toBe(Array.from({ length: 100_000 }, (_, i) => `${i + 1}\n`).join(''));
    }, 60_000);
  });

  it('keeps a line of 1 MiB whole, streamed and as text', async () => {
    const { id } = await system.api.run(
      "echo before; head -c 1048576 /dev/zero | tr '\\0' x; echo; echo after",
    );
    const lines = (await system.api.stream(id)).map(({ text }) => text);
    expect(lines.map((line) => line.length)).toEqual([6, 1_048_576, 5]);
    expect((await system.api.log(id)).length).toBe(6 + 1 + 1_048_576 + 1 + 5 + 1);
  });

  it('keeps a last line without a newline', async () => {
    expect((await runToEnd("printf 'one\\ntwo'")).log).toBe('one\ntwo');
  });

  it('replaces invalid UTF-8 and escapes NUL', async () => {
    expect((await runToEnd("printf 'a\\377b\\n\\000c\\n\\342\\202\\254\\n'")).log).toBe(
      'a\uFFFDb\n\\0c\n€\n',
    );
  });

  it('has an empty log for a proc that prints nothing', async () => {
    expect(await runToEnd(':')).toMatchObject({ status: 'FINISHED', log: '' });
  });

  describe('numbers as they are written', () => {
    const send = async (path: string, body: string) => {
      const reply = await fetch(`${system.gatewayUrl}${path}`, {
        method: 'POST',
        headers: system.api.headers,
        body,
      });
      return { status: reply.status, text: await reply.text() };
    };
    const FIELDS =
      '"type": "number", "default": 1.0, "example": 1e3, "min": -0.50, "max": 12345678901234567890';
    const register = () =>
      send(
        '/metadata',
        `[{"name": "numbers", "image_name": "proctor/run-script:1", "env_vars": {"args": [
          {"name": "SCRIPT"}, {"name": "A", ${FIELDS}}, {"name": "B"}, {"name": "C"}]}}]`,
      );

    it('reach the container from REST bodies', async () => {
      expect(await register()).toEqual({ status: 201, text: '' });
      const registered = await system.api.request('GET', '/metadata/numbers');
      expect(await registered.text()).toContain(
        '"type":"number","default":"1.0","min":-0.50,"max":12345678901234567890,"example":"1e3"',
      );
      const script = '"SCRIPT": "echo $A $B $C"';
      const run = async (args: string) => {
        const { text } = await send('/execution', `{"name": "numbers", "args": {${script}, ${args}}}`);
        const { id } = JSON.parse(text) as { id: number };
        await system.api.end(id);
        return await system.api.log(id);
      };
      expect(await run('"B": 12345678901234567890, "C": 1E3')).toBe('1.0 12345678901234567890 1E3\n');
      expect(await run('"A": 12345678901234567890, "C": true')).toBe('12345678901234567890 true\n');
      const tooLarge = await send(
        '/execution',
        `{"name": "numbers", "args": {${script}, "A": 12345678901234567891}}`,
      );
      expect(tooLarge.status).toBe(400);
      expect(tooLarge.text).toContain('from -0.50 to 12345678901234567890, got "12345678901234567891"');
    });

    it('reach it from files of the CLI', async () => {
      await register();
      const env = {
        PROCTOR_HOST: system.gatewayUrl.replace('http://', ''),
        EMAIL_ID: system.api.identity.email,
        ACCESS_TOKEN: system.api.identity.token,
      };
      const { stdout: yaml } = await runCli(['procs', 'describe', 'numbers'], env);
      expect(yaml).toContain('      min: -0.50\n      max: 12345678901234567890\n');
      const applied = await runCli(['procs', 'apply', '-f', '-', '--yes'], env, yaml);
      expect(applied.stdout).toContain('numbers: unchanged\n');
      const args = 'x-n: &n {B: 1e3, C: 0x1F}\n<<: *n\nA: &a 1.50\nSCRIPT: echo $A $B $C\n';
      const { stdout } = await runCli(['execute', 'numbers', '-f', '-'], env, args);
      expect(stdout).toBe('1.50 1e3 0x1F\n');
      const json = '{"A": 1.0, "B": 12345678901234567890, "C": -0, "SCRIPT": "echo $A $B $C"}';
      expect((await runCli(['execute', 'numbers', '-f', '-'], env, json)).stdout).toBe(
        '1.0 12345678901234567890 -0\n',
      );
    });
  });

  describe('a proc from `proctor procs new`', () => {
    const name = `new-${randomUUID().slice(0, 8)}`;
    const folder = join(import.meta.dirname, '../procs', name);
    afterAll(() => rm(folder, { recursive: true, force: true }));
    const env = () => ({
      PROCTOR_HOST: system.gatewayUrl.replace('http://', ''),
      EMAIL_ID: system.api.identity.email,
      ACCESS_TOKEN: system.api.identity.token,
    });

    it('runs at once with the commands that are printed', async () => {
      const created = await runCli(['procs', 'new', name, '--in', join(folder, '..')], env());
      expect(created.exitCode).toBe(0);
      expect(created.stdout).toContain(
        `proctor procs apply -f ${folder} --yes\n  proctor execute ${name} WHO=me\n`,
      );
      expect((await runCli(['procs', 'apply', '-f', folder, '--yes'], env())).exitCode).toBe(0);
      expect((await runCli(['execute', name, 'WHO=me'], env())).stdout).toBe('Hello, me!\n');
      expect((await runCli(['execute', name], env())).stdout).toBe('Hello, World!\n');
    });

    it('names its missing Dockerfile within two seconds', async () => {
      await rm(join(folder, 'Dockerfile'));
      const reply = await system.api.request('POST', '/execution', { name, args: {} });
      const { id } = (await reply.json()) as { id: number };
      const says = `the sandbox runs the folder procs/${name}, which has no Dockerfile`;
      await until(async () => (await system.api.status(id)).reason?.includes(says) === true, 2_000);
      await system.api.request('POST', `/execution/${id}/cancel`);
      expect((await system.api.end(id)).status).toBe('CANCELLED');
    });
  });

  it('passes arguments to the container unchanged', async () => {
    await system.api.registerScriptProc(
      {
        env_vars: {
          args: [
            { name: 'SCRIPT', description: '' },
            { name: 'VALUE', description: '' },
          ],
          secrets: [],
        },
      },
      'with-value',
    );
    const value = 'pa$$word $(HOME) $(SCRIPT) $$$ "quoted" \\back ☃';
    const args = { SCRIPT: `printf '%s' "$VALUE"`, VALUE: value };
    const reply = await system.api.request('POST', '/execution', { name: 'with-value', args });
    const { id } = (await reply.json()) as { id: number };
    await system.api.end(id);
    expect(await system.api.log(id)).toBe(value);
  });

  it('truncates a log over its limit once, keeping its beginning and its end', async () => {
    const { log } = await runToEnd(
      'yes 0123456789012345678901234567890123456789012345678901234567890123 | head -n 200000 | nl',
    );
    const lines = log.trimEnd().split('\n');
    const marker = lines.findIndex((line) => line.startsWith('[proctor:'));
    expect(lines.filter((line) => line.startsWith('[proctor:'))).toHaveLength(1);
    const numbers = lines.filter((_, i) => i !== marker).map((line) => Number(line.trim().split(/\s/)[0]));
    expect(numbers.slice(0, marker)).toEqual(Array.from({ length: marker }, (_, i) => i + 1));
    expect(numbers.at(-1)).toBe(200_000);
    const tail = numbers.slice(marker);
    expect(tail).toEqual(Array.from({ length: tail.length }, (_, i) => 200_000 - tail.length + 1 + i));
    expect(log.length).toBeLessThan(10.6 * 1024 * 1024);
  }, 60_000);

  it('retries as often as the proc specifies, and records each attempt', async () => {
    await system.api.registerScriptProc({ retries: 2 }, 'with-retries');
    const { id } = await system.api.run('echo try; exit 3', 'with-retries');
    expect(await system.api.end(id)).toMatchObject({ status: 'POD_FAILED', exit_code: 3 });
    expect(await system.api.log(id)).toBe('try\ntry\ntry\n');
    const attempts = await system.query(
      'select n, exit_code from execution_attempt where execution_id = $1 order by n',
      [id],
    );
    expect(attempts).toEqual([1, 2, 3].map((n) => ({ n, exit_code: 3 })));
  });

  it('times out an execution and keeps its log', async () => {
    await system.api.registerScriptProc({ timeout_seconds: 5 }, 'with-timeout');
    const { id } = await system.api.run('echo begun; sleep 60', 'with-timeout');
    expect(await system.api.end(id)).toMatchObject({ status: 'TIMED_OUT' });
    expect(await system.api.log(id)).toContain('begun\n');
  });

  it('names the missing secret', async () => {
    const secrets = [{ name: 'API_KEY', description: '' }];
    const args = [{ name: 'SCRIPT', description: '' }];
    await system.api.registerScriptProc({ env_vars: { args, secrets } }, 'with-missing-secret');
    const { id } = await system.api.run(':', 'with-missing-secret');
    const end = await system.api.end(id);
    expect(end.status).toBe('REQUIREMENT_NOT_MET');
    expect(end.reason).toContain('API_KEY');
  });

  it('creates one Job per execution and removes it later', () => {
    const runs = system.sandbox.history().filter(({ labels }) => labels['proctor.io/proc'] === 'run-script');
    expect(new Set(runs.map(({ jobName }) => jobName)).size).toBe(runs.length);
  });
});

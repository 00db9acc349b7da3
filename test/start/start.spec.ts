import { spawn } from 'node:child_process';
import { appendFileSync, chmodSync, lstatSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient, until } from '../support/api-client.js';
import { copyProject } from '../support/copy-project.js';
import { freePort, tempDir } from '../support/servers.js';
import { resultOf, type CliResult } from '../support/run-cli.js';

interface Status {
  ready: boolean;
  processes: { name: string; pid: number; running: boolean; restarts: number }[];
}

/** The files that another user of the machine who knows their names can read. */
function readableByOthers(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    const { mode } = lstatSync(path);
    if (entry.isDirectory()) return (mode & 0o001) === 0 ? [] : readableByOthers(path);
    return entry.isFile() && (mode & 0o004) !== 0 ? [path] : [];
  });
}

/** In a copy of the project as `git clone` creates it, plus the installed packages and the downloaded Redis. */
describe('npm start', () => {
  const dir = tempDir();
  const project = join(dir.path, 'proctor');
  let env: Record<string, string>;

  const node = (args: string[], extra: Record<string, string> = {}): Promise<CliResult> =>
    resultOf(spawn(process.execPath, args, { cwd: project, env: { ...env, ...extra } }));
  const proctor = (...words: string[]) => node(['cli/bin/proctor.mjs', ...words]);
  const status = async (): Promise<Status> =>
    JSON.parse((await node(['scripts/status.mjs', '--json'])).stdout) as Status;
  const logs = () =>
    readdirSync(join(project, '.proctor/logs')).map((name) => join(project, '.proctor/logs', name));
  const adminToken = () =>
    (JSON.parse(readFileSync(join(project, '.proctor/admin.json'), 'utf8')) as { token: string }).token;
  const isAlive = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };

  beforeAll(async () => {
    chmodSync(dir.path, 0o711); // as root, Postgres runs as another user, and its data must stay in this folder
    copyProject(project);
    env = {
      PATH: process.env.PATH ?? '',
      HOME: dir.path,
      PROCTOR_APP_PORT: String(await freePort()),
      LOCAL_CONFIG_DIR: join(dir.path, 'cli'),
      PROCTOR_LOG_LEVEL: 'debug',
    };
  }, 60_000);

  afterAll(async () => {
    await node(['scripts/stop.mjs']);
    dir.remove();
  }, 60_000);

  it('starts from a bare clone', async () => {
    const started = await node(['scripts/start.mjs', '--detach', '--yes']);
    expect(started.stderr + started.stdout).toContain('Proctor is ready at');
    expect(started.exitCode).toBe(0);
    expect(started.stderr + started.stdout).not.toContain(adminToken());
    expect(started.stdout).toContain(`Access token: in ${join(project, '.proctor/admin.json')}`);
    const ready = await fetch(`http://127.0.0.1:${env.PROCTOR_APP_PORT}/health/ready`);
    expect(ready.status).toBe(200);
  }, 240_000);

  it('keeps its data from the users that run procs', () => {
    expect(readableByOthers(join(project, '.proctor'))).toEqual([]);
  });

  it('registers the sample procs, which the CLI lists, describes and executes', async () => {
    const listed = await proctor('list');
    for (const name of ['say-hello-world', 'count-slowly', 'fail-with-code'])
      expect(listed.stdout).toContain(name);
    expect((await proctor('describe', 'say-hello-world')).stdout).toContain('SAMPLE_ARG_ONE');
    const executed = await proctor('execute', 'say-hello-world', 'SAMPLE_ARG_ONE=foo');
    expect(executed).toMatchObject({ exitCode: 0 });
    expect(executed.stdout).toContain('SAMPLE_ARG_ONE=foo');
    expect(executed.stdout).toContain('***');
  }, 60_000);

  it('execute fails if the proc fails, and status and logs show it', async () => {
    const executed = await proctor('execute', 'fail-with-code', 'EXIT_CODE=7', '--output', 'json');
    expect(executed.exitCode).toBe(1);
    const { id } = JSON.parse(executed.stdout.split('\n')[0] ?? '') as { id: number };
    const shown = await proctor('status', String(id));
    expect(shown.stdout).toMatch(/POD_FAILED/);
    expect(shown.stdout).toMatch(/Exit code\s+7/);
    expect((await proctor('logs', String(id))).stdout).toContain('Exiting with code 7');
  }, 60_000);

  it('restarts a service that was killed', async () => {
    const worker = (await status()).processes.find(({ name }) => name === 'worker');
    process.kill(worker?.pid ?? 0, 'SIGKILL');
    await until(async () => {
      const now = (await status()).processes.find(({ name }) => name === 'worker');
      return now?.running === true && now.pid !== worker?.pid && now.restarts === 1;
    }, 20_000);
    expect((await proctor('execute', 'say-hello-world', 'SAMPLE_ARG_ONE=again')).exitCode).toBe(0);
  }, 60_000);

  it('refuses to start a second time in the same folder', async () => {
    const second = await node(['scripts/start.mjs', '--detach']);
    expect(second.exitCode).not.toBe(0);
    expect(second.stderr + second.stdout).toMatch(/running/);
    expect((await status()).ready).toBe(true);
  }, 60_000);

  it('keeps the token of the administrator out of every log, at level debug', () => {
    expect(logs().length).toBeGreaterThanOrEqual(7);
    for (const file of logs()) {
      expect(readFileSync(file, 'utf8')).not.toContain(adminToken());
      expect([file, (statSync(file).mode & 0o777).toString(8)]).toEqual([file, '600']);
    }
    // As start.log was written by earlier versions; the next start mends it.
    appendFileSync(
      join(project, '.proctor/logs/start.log'),
      `Access token (shown only once): ${adminToken()}\n`,
    );
  });

  it('stops everything that it started', async () => {
    const { processes } = await status();
    expect(processes.length).toBeGreaterThanOrEqual(6);
    expect((await node(['scripts/stop.mjs'])).exitCode).toBe(0);
    expect(processes.filter(({ pid }) => isAlive(pid))).toEqual([]);
  }, 60_000);

  it('names the port that is taken', async () => {
    const { createServer } = await import('node:net');
    const server = createServer().listen(Number(env.PROCTOR_APP_PORT), '127.0.0.1');
    const started = await node(['scripts/start.mjs', '--detach']);
    server.close();
    expect(started.exitCode).not.toBe(0);
    expect(started.stderr + started.stdout).toContain(`port ${env.PROCTOR_APP_PORT}`);
    expect(started.stderr + started.stdout).not.toMatch(/^\s+at /m);
  }, 60_000);

  it('is ready within 20 s the second time, and Ctrl-C stops everything', async () => {
    const at = Date.now();
    const child = spawn(process.execPath, ['scripts/start.mjs'], { cwd: project, env });
    const result = resultOf(child);
    // Polling the status script would start a process each time and slow down the measured start.
    const gateway = new ApiClient(`http://127.0.0.1:${env.PROCTOR_APP_PORT}`, { email: '', token: '' });
    await gateway.waitUntilReady(20_000);
    await until(async () => (await status()).ready, 20_000);
    expect(Date.now() - at).toBeLessThan(20_000);
    const { processes } = await status();
    child.kill('SIGINT');
    const { exitCode, stdout } = await result;
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain(adminToken());
    for (const file of logs()) expect(readFileSync(file, 'utf8')).not.toContain(adminToken());
    expect(stdout).toMatch(/postgres stopped\nstopped\n$/);
    expect(processes.filter(({ pid }) => isAlive(pid))).toEqual([]);
  }, 60_000);
});

import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ProcessStarter } from '../../libs/kube-sandbox/src/kubelet/process-starter.js';
import { until } from '../support/api-client.js';

let starter: ProcessStarter;
beforeEach(() => {
  starter = new ProcessStarter();
});
afterEach(async () => {
  starter.close();
  await until(() => findHelper() === undefined, 10_000);
});

/** The pid of the helper: our only child that runs its program. */
function findHelper(): number | undefined {
  return readdirSync('/proc')
    .map(Number)
    .find((pid) => {
      try {
        const parent = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[1];
        const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
        return Number(parent) === process.pid && command.includes('start-processes.js');
      } catch {
        return false;
      }
    });
}

async function start(script: string, env: Record<string, string> = {}) {
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const what = { program: '/bin/sh', args: ['-c', script], env, folder: '/', userId: null };
  const started = await starter.start(what, (stream, bytes) => output[stream].push(bytes));
  return { ...started, textOf: (stream: 'stdout' | 'stderr') => Buffer.concat(output[stream]).toString() };
}

describe('a started process', () => {
  it('delivers both outputs, complete and in order, and its exit code', async () => {
    const { ended, drained, textOf } = await start(`seq 1 200000; echo "$PWD $WHO" >&2; exit 7`, {
      PATH: process.env['PATH'] ?? '',
      WHO: 'me',
    });
    expect(await ended).toMatchObject({ exitCode: 7, signal: null });
    await drained;
    expect(textOf('stdout')).toBe(Array.from({ length: 200_000 }, (_, i) => `${i + 1}\n`).join(''));
    expect(textOf('stderr')).toBe('/ me\n');
  });

  it('has its own process group and a start time, even if it exits at once', async () => {
    const { pid, processStart, ended, drained } = await start('sleep 60 & wait');
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
    expect([stat[2], stat[19]]).toEqual([String(pid), processStart]);
    process.kill(-pid, 'SIGTERM');
    expect(await ended).toMatchObject({ exitCode: null, signal: 'SIGTERM' });
    await drained;
    for (let i = 0; i < 20; i += 1) expect((await start(':')).processStart).toMatch(/^\d+$/);
  });

  it('may be one of hundreds started at once', async () => {
    const all = await Promise.all(Array.from({ length: 400 }, (_, n) => start(`echo ${n}`)));
    await Promise.all(all.map(({ ended, drained }) => Promise.all([ended, drained])));
    expect(all.map(({ textOf }) => textOf('stdout'))).toEqual(all.map((_, n) => `${n}\n`));
  }, 60_000);

  it('is rejected with the reason if it cannot be run', async () => {
    const what = { program: '/bin/none', args: [], env: {}, folder: '/', userId: null };
    await expect(starter.start(what, () => undefined)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(starter.start({ ...what, program: '/etc/passwd' }, () => undefined)).rejects.toMatchObject({
      code: 'EACCES',
    });
  });

  it('is killed when the helper dies, and a new helper starts the next one', async () => {
    const { pid, ended } = await start('exec sleep 60');
    process.kill(findHelper()!, 'SIGKILL');
    expect(await ended).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
    await until(() => !isRunning(pid), 5_000);
    const next = await start('exit 3');
    expect(await next.ended).toMatchObject({ exitCode: 3 });
  });

  it('leaves no helper behind: it exits when its parent disconnects', async () => {
    await (
      await start(':')
    ).ended;
    const helper = findHelper()!;
    starter.close();
    await until(() => !isRunning(helper), 5_000);
    starter = new ProcessStarter();
  });
});

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}

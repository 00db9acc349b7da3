import { spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, tempDir } from '../../../test/support/servers.js';
import { resultOf, startCli } from '../../../test/support/run-cli.js';
import { startService } from '../../../test/support/service-process.js';
import { copyProject } from '../../../test/support/copy-project.js';
import { readStatus } from '../../limits/process-memory.js';
import { quantile, timesOf } from '../../limits/timing.js';
import type { Figures, Row } from '../figures.js';
import { startBenchSystem, type BenchSystem } from '../harness/bench-system.js';
import { cpuMsOf, endedChildrenCpuMs } from '../harness/process-cpu.js';

const SERVICES = ['gateway', 'executor-worker', 'scheduler', 'notifier'];
const COMMANDS = 10;
const MIB = 2 ** 20;

/** From the start of a process until it is of use, against a Node that does nothing. */
export async function start(): Promise<Row[]> {
  const system = await startBenchSystem({ workers: 0 });
  try {
    const bare = await measureCommand(() => spawn(process.execPath, ['-e', '0']));
    const rows: Row[] = [];
    for (const name of SERVICES) {
      rows.push({ name: `start of ${name}`, figures: await measureService(system, name), bare });
    }
    const list = await measureCommand(() => startCli(['list'], cliEnv(system)));
    const again = { name: 'npm start, second time', figures: await measureSecondStart() };
    return [...rows, { name: 'proctor list', figures: list, bare }, again];
  } finally {
    await system.stop();
  }
}

/** Until it says that it is ready. */
async function measureService(system: BenchSystem, name: string): Promise<Figures> {
  const port = String(await freePort());
  const own: Record<string, string> =
    name === 'gateway' ? { PROCTOR_APP_PORT: port } : { PROCTOR_HEALTH_PORT: port };
  const startedAt = performance.now();
  const service = await startService(name, `apps/${name}/src/main.js`, { ...system.env, ...own });
  try {
    await untilReady(port);
    const ms = performance.now() - startedAt;
    const memory = (readStatus(service.pid, 'VmRSS') ?? 0) / MIB;
    return { ms, 'ms of CPU': cpuMsOf(service.pid), MiB: memory };
  } finally {
    await service.stop();
  }
}

async function untilReady(port: string): Promise<void> {
  const deadlineMs = performance.now() + 60_000;
  while (performance.now() < deadlineMs) {
    const reply = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null);
    await reply?.text();
    if (reply?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the service was not ready after 60 s');
}

/** @param run starts a process that ends by itself */
async function measureCommand(run: () => ReturnType<typeof startCli>): Promise<Figures> {
  await resultOf(run());
  const before = endedChildrenCpuMs();
  const times = await timesOf(COMMANDS, async () => {
    const { exitCode, stderr } = await resultOf(run());
    if (exitCode !== 0) throw new Error(`the command ended with ${exitCode}: ${stderr}`);
  });
  return { ms: quantile(times, 0.5), 'ms of CPU': (endedChildrenCpuMs() - before) / COMMANDS };
}

function cliEnv({ api, gatewayUrl }: BenchSystem): Record<string, string> {
  const { email, token } = api.identity;
  return { PROCTOR_HOST: new URL(gatewayUrl).host, EMAIL_ID: email, ACCESS_TOKEN: token };
}

/** In a copy of the project, with data from a first start. */
async function measureSecondStart(): Promise<Figures> {
  const dir = tempDir();
  // As root, Postgres runs as another user, and its data is in this folder.
  chmodSync(dir.path, 0o711);
  const cwd = join(dir.path, 'proctor');
  const env = {
    ...{ PATH: process.env['PATH'], HOME: dir.path },
    PROCTOR_APP_PORT: String(await freePort()),
    LOCAL_CONFIG_DIR: join(dir.path, 'cli'),
  };
  const node = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await resultOf(spawn(process.execPath, args, { cwd, env }));
    if (exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${exitCode}: ${stdout}${stderr}`);
  };
  try {
    copyProject(cwd);
    await node('scripts/start.mjs', '--detach', '--yes');
    await node('scripts/stop.mjs');
    const startedAt = performance.now();
    await node('scripts/start.mjs', '--detach');
    return { ms: performance.now() - startedAt };
  } finally {
    await node('scripts/stop.mjs');
    dir.remove();
  }
}

import { stopUnfinished } from '../../../test/support/clean-ups.js';
import { startSystemOn, type System } from '../../../test/support/system.js';
import { cpuMsOf } from './process-cpu.js';
import { startSandboxProcess, type SandboxProcess } from './sandbox-process.js';

/** All of Proctor, with each part in a process of its own. */
export interface BenchSystem extends System<SandboxProcess> {
  /** The processor time of each kind of process until now in milliseconds. */
  cpuMs: () => Record<string, number>;
}

export interface BenchSystemOptions {
  workers: number;
  /** Whether containers only seem to run: the figures are then without their processes. */
  nullContainers?: boolean;
  env?: Record<string, string>;
}

/** As in production, where the tests' settings are not: commits reach the disk, and debug logs are off. */
const POSTGRES_SETTINGS = { fsync: 'on' };
const ENV = {
  PROCTOR_LOG_LEVEL: 'info',
  // Executions beyond them would wait, and a bench would measure the cheaper path of those.
  PROCTOR_USER_SHARE: '1000000',
  PROCTOR_QUEUE_LIMIT: '10000000',
};

export async function startBenchSystem({
  workers,
  nullContainers = false,
  env,
}: BenchSystemOptions): Promise<BenchSystem> {
  const system = await startSystemOn(startSandboxProcess, {
    workers,
    notifier: true,
    ownPostgres: true,
    postgres: POSTGRES_SETTINGS,
    sandbox: nullContainers ? { nullContainers: {} } : {},
    env: { ...ENV, ...env },
  });
  const stop = async () => {
    running.delete(stop);
    await system.stop();
  };
  running.add(stop);
  return { ...system, stop, cpuMs: () => readCpu(system) };
}

const running = new Set<() => Promise<void>>();

/** Stops what runs and what is being started, after an interrupt. */
export async function stopBenchSystems(): Promise<void> {
  await Promise.allSettled([stopUnfinished(), ...[...running].map((stop) => stop())]);
}

function readCpu({ services, postgres, redis, sandbox }: System<SandboxProcess>): Record<string, number> {
  const cpuMs: Record<string, number> = {};
  for (const { name, pid } of services) {
    const kind = name.replace('executor-', '');
    cpuMs[kind] = (cpuMs[kind] ?? 0) + cpuMsOf(pid);
  }
  return {
    ...cpuMs,
    sandbox: cpuMsOf(sandbox.pid),
    Postgres: cpuMsOf(postgres!.pid()),
    Redis: cpuMsOf(redis.pid()),
    client: ownCpuMs(),
  };
}

/** Without children: the servers are children of this process. */
export function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

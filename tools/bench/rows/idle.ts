import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryWatch, readStatus } from '../../limits/process-memory.js';
import type { Figures, Row } from '../figures.js';
import { startBenchSystem, type BenchSystem } from '../harness/bench-system.js';

/** What the start still does is over by then. */
const CALM_MS = 10_000;
const MEASURED_MS = 20_000;

const MIB = 1024 * 1024;

/** What each process takes while nothing happens. */
export async function idle(): Promise<Row[]> {
  const system = await startBenchSystem({ workers: 1 });
  try {
    await sleep(CALM_MS);
    const memory = readMemory(system);
    const before = system.cpuMs();
    await sleep(MEASURED_MS);
    const cpu = Object.entries(system.cpuMs())
      .filter(([name]) => name !== 'client')
      .map(([name, cpuMs]) => [
        `ms of CPU per second, ${name}`,
        (cpuMs - before[name]!) / (MEASURED_MS / 1_000),
      ]);
    return [{ name: 'idle', figures: { ...memory, ...(Object.fromEntries(cpu) as Figures) } }];
  } finally {
    await system.stop();
  }
}

function readMemory({ services, postgres, redis, sandbox }: BenchSystem): Figures {
  const watch = new MemoryWatch(() => [
    ...services.map(({ name, pid }) => ({ name: name.replace('executor-', ''), pid })),
    { name: 'sandbox', pid: sandbox.pid },
    { name: 'Postgres', pid: postgres!.pid(), withChildren: true },
    { name: 'Redis', pid: redis.pid() },
  ]);
  watch.stop();
  const all = watch.peaks().map(({ name, startMiB }) => [`MiB of ${name}`, startMiB]);
  const own = services.map(({ name, pid }) => [
    `MiB of ${name.replace('executor-', '')} without Node's code`,
    (readStatus(pid, 'RssAnon') ?? 0) / MIB,
  ]);
  return Object.fromEntries([...all, ...own]) as Figures;
}

import { get, Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Figures, Row } from '../figures.js';
import { startBenchSystem, type BenchSystem } from '../harness/bench-system.js';

const CONSOLES = [10, 1_000];
const MEASURED_MS = 20_000;
/** Of executions that all consoles see. */
const EVERY_MS = 200;

/** What open consoles cost while executions come and end. An operation is a second. */
export async function consoles(): Promise<Row[]> {
  const env = { PROCTOR_STREAMS_PER_CALLER: '2000' };
  const system = await startBenchSystem({ workers: 1, nullContainers: true, env });
  try {
    const rows: Row[] = [];
    for (const count of CONSOLES)
      rows.push({
        name: `${count.toLocaleString('en')} open consoles`,
        figures: await measure(system, count),
      });
    return rows;
  } finally {
    await system.stop();
  }
}

async function measure(system: BenchSystem, count: number): Promise<Figures> {
  const agent = new Agent({ keepAlive: false });
  let events = 0;
  const hear = (text: string) => (events += text.split('event: executions').length - 1);
  await Promise.all(Array.from({ length: count }, () => watch(system, agent, hear)));
  const calm = new AbortController();
  const submitting = submit(system, calm.signal);
  try {
    await sleep(3_000);
    const [before, commits, heard] = [system.cpuMs(), await countCommits(system), events];
    await sleep(MEASURED_MS);
    const seconds = MEASURED_MS / 1_000;
    const cpu = system.cpuMs();
    return {
      'ms of CPU per second, gateway': (cpu['gateway']! - before['gateway']!) / seconds,
      'ms of CPU per second, Postgres': (cpu['Postgres']! - before['Postgres']!) / seconds,
      'commits per second': ((await countCommits(system)) - commits) / seconds,
      'events per second and console': (events - heard) / seconds / count,
    };
  } finally {
    calm.abort();
    await submitting;
    agent.destroy();
  }
}

/** Returns once the gateway has answered. */
function watch(system: BenchSystem, agent: Agent, hear: (text: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const url = `${system.gatewayUrl}/events`;
    const request = get(url, { agent, headers: system.api.headers }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`GET ${url}: ${response.statusCode}`));
      response
        .setEncoding('utf8')
        .on('data', hear)
        .on('error', () => undefined);
      resolve();
    });
    // After the measurement the agent closes it.
    request.on('error', reject);
  });
}

async function submit(system: BenchSystem, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await system.api.run('true');
    await sleep(EVERY_MS);
  }
}

async function countCommits(system: BenchSystem): Promise<number> {
  const [row] = await system.query<{ n: number }>(
    'select xact_commit::float8 as n from pg_stat_database where datname = current_database()',
  );
  return row!.n;
}

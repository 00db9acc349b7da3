import { setTimeout as sleep } from 'node:timers/promises';
import { until, type ExecutionReply } from '../../test/support/api-client.js';
import { atOnce } from './at-once.js';
import { createGate, type Gate } from './gate.js';
import { expectStatus } from './expect-status.js';
import type { LimitsSystem } from './limits-system.js';
import type { Findings, Scenario } from './scenario.js';
import { describeTimes, quantile, seconds, timesOf } from './timing.js';

interface Size {
  /** Executions that run at the same time on one worker. */
  count: number;
  cancels: number;
  /** How long executions may be without a worker after theirs has stopped. */
  handOverWithinMs: number;
}

const CLIENTS = 16;

export const running: Scenario<Size> = {
  name: 'running',
  describe: ({ count }) => `${count.toLocaleString('en')} executions run at once on one worker`,
  full: { count: 2_000, cancels: 50, handOverWithinMs: 60_000 },
  short: { count: 100, cancels: 5, handOverWithinMs: 15_000 },
  system: ({ count }) => ({
    workers: 1,
    env: { PROCTOR_WORKER_CONCURRENCY: String(count + 10), PROCTOR_USER_SHARE: String(count + 10) },
  }),
  boundsMiB: {
    gateway: 450,
    scheduler: 300,
    'executor-worker': 900,
    'executor-worker 2': 900,
    notifier: 300,
  },
  run: async (system, size, findings) => {
    const gate = createGate();
    try {
      const load = new ManyExecutions(system, size, findings, gate);
      await load.start();
      await load.readMeanwhile();
      await load.cancelSome();
      await load.handOver();
      await load.end();
    } finally {
      gate.remove();
    }
  },
};

/** The executions that run at the same time. */
class ManyExecutions {
  private readonly ids: number[] = [];
  private cancelled = new Set<number>();

  constructor(
    private readonly system: LimitsSystem,
    private readonly size: Size,
    private readonly findings: Findings,
    private readonly gate: Gate,
  ) {}

  async start(): Promise<void> {
    const { system, size, findings, gate } = this;
    const startedAt = performance.now();
    await atOnce(size.count, CLIENTS, async (at) => {
      const { id } = await system.api.run(`echo begin ${at}; ${gate.wait}; echo end ${at}`);
      this.ids[at] = id;
    });
    await until(
      async () => (await this.count('POD_READY')) === size.count,
      60_000 + size.count * 500,
      () => `${size.count} executions to run`,
    );
    const tookMs = performance.now() - startedAt;
    findings.figure(
      'all are running after',
      `${seconds(tookMs)} (${(size.count / (tookMs / 1_000)).toFixed(1)}/s)`,
    );
  }

  async readMeanwhile(): Promise<void> {
    const { system, findings, ids } = this;
    const reads = {
      status: (at: number) => system.api.status(ids[(at * 7) % ids.length]!),
      history: async () => expectStatus(await system.api.request('GET', '/execution?limit=50'), 200),
      'log so far': async (at: number) => {
        const path = `/execution/${ids[(at * 13) % ids.length]!}/log`;
        return (await system.api.request('GET', path)).text();
      },
    };
    for (const [what, read] of Object.entries(reads)) {
      const times = await timesOf(50, read);
      findings.checkTime(`${what} answers within 1 s`, quantile(times, 0.99), 1_000, describeTimes(times));
    }
    // One more execution while all others run.
    const late = performance.now();
    const { id } = await system.api.run('echo quick');
    const end = await system.api.end(id);
    const tookMs = performance.now() - late;
    findings.check('one more execution succeeds', end.status === 'FINISHED', end.status);
    findings.checkTime('it ends soon', tookMs, 10_000);
  }

  async cancelSome(): Promise<void> {
    const { system, size, findings, ids } = this;
    const step = Math.floor(size.count / size.cancels);
    const chosen = Array.from({ length: size.cancels }, (_, at) => ids[at * step]!);
    this.cancelled = new Set(chosen);
    const startedAt = performance.now();
    await atOnce(chosen.length, CLIENTS, async (at) =>
      expectStatus(await system.api.cancel(chosen[at]!), 200),
    );
    await until(
      async () => (await this.count('CANCELLED')) === chosen.length,
      60_000,
      () => 'the cancelled executions to end',
    );
    const tookMs = performance.now() - startedAt;
    findings.checkTime(
      'some can be cancelled',
      tookMs,
      20_000,
      `${chosen.length} cancelled in ${seconds(tookMs)}`,
    );
  }

  /** Stops the worker; another worker takes over all its executions. */
  async handOver(): Promise<void> {
    const { system, size, findings } = this;
    const [first] = system.workers;
    const second = await system.startWorker();
    await sleep(1_000);
    const left = size.count - size.cancels;
    const startedAt = performance.now();
    first!.kill('SIGTERM');
    const claimed = async () => {
      const [row] = await system.query<{ n: number }>(
        `select count(*)::int as n from execution where ended_at is null and worker_id like '%-' || $1 || '-%'`,
        [String(second.pid)],
      );
      return row?.n ?? 0;
    };
    const taken = until(
      async () => (await claimed()) === left,
      180_000,
      () => `${left} executions to be taken over`,
    );
    const { code } = await first!.exited;
    const goneMs = performance.now() - startedAt;
    await taken;
    const takenMs = performance.now() - startedAt;
    findings.check('a stopped worker exits with 0', code === 0, `exit code ${code}`);
    findings.checkTime('the stopped worker exits in time', goneMs, 25_000);
    findings.checkTime(
      'another worker takes over all of them',
      takenMs,
      size.handOverWithinMs,
      `${left} after ${seconds(takenMs)}`,
    );
  }

  async end(): Promise<void> {
    const { system, size, findings, ids, cancelled } = this;
    const left = size.count - size.cancels;
    const startedAt = performance.now();
    this.gate.open();
    // The quick one is included.
    await until(
      async () => (await this.count('FINISHED')) === left + 1,
      60_000 + size.count * 200,
      () => 'all executions to end',
    );
    findings.figure('all have ended after', seconds(performance.now() - startedAt));
    const wrong: string[] = [];
    await atOnce(ids.length, CLIENTS, async (at) => {
      const id = ids[at]!;
      const [{ status }, log] = [await system.api.status(id), await system.api.log(id)];
      const expected = cancelled.has(id)
        ? { status: 'CANCELLED', log: `begin ${at}\n` }
        : { status: 'FINISHED', log: `begin ${at}\nend ${at}\n` };
      if (status !== expected.status || log !== expected.log) wrong.push(describeWrong({ id, status }, log));
    });
    findings.check(
      'each has its status, and each line once',
      wrong.length === 0,
      wrong.length === 0 ? `${ids.length} checked` : `${wrong.length} wrong, such as ${wrong[0]}`,
    );
    const runs = system.sandbox.history().length;
    findings.check('each ran once', runs === size.count + 1, `${runs} containers`);
  }

  private async count(status: ExecutionReply['status']): Promise<number> {
    const [row] = await this.system.query<{ n: number }>(
      'select count(*)::int as n from execution where status = $1',
      [status],
    );
    return row?.n ?? 0;
  }
}

function describeWrong({ id, status }: Pick<ExecutionReply, 'id' | 'status'>, log: string): string {
  return `${id}: ${status}, ${JSON.stringify(log.slice(0, 200))}`;
}

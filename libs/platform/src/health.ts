import { SingleFlight, withTimeout } from '@app/timing';

export type HealthStatus = 'ok' | 'degraded' | 'unavailable';

export interface HealthReport {
  /** `unavailable`: a required check fails. `degraded`: only optional ones do, requests are still served. */
  status: HealthStatus;
  checks: Record<string, { status: 'ok' | 'failing'; message?: string }>;
}

/** Resolves if healthy, throws if not. The signal aborts when the result is no longer needed. */
export type HealthCheck = (signal: AbortSignal) => Promise<unknown>;

export interface HealthOptions {
  checkTimeoutMs?: number;
  /** How long a report is reused, so that probes cause no load. */
  cacheMs?: number;
  /** Monotonic, in ms. */
  now?: () => number;
}

interface NamedCheck {
  name: string;
  importance: 'required' | 'optional';
  check: HealthCheck;
  /** Keeps a check that hangs from being started again. */
  readonly running: SingleFlight<unknown>;
}

const MESSAGE_CHARACTERS = 200;

/** Checks the dependencies of a process. `report` never throws and takes at most `checkTimeoutMs`. */
export class HealthRegistry {
  private readonly checks: NamedCheck[] = [];
  private readonly checkTimeoutMs: number;
  private readonly cacheMs: number;
  private readonly now: () => number;
  private latest: { at: number; report: Promise<HealthReport> } | null = null;
  private draining = false;

  constructor({ checkTimeoutMs = 1_000, cacheMs = 1_000, now }: HealthOptions = {}) {
    this.checkTimeoutMs = checkTimeoutMs;
    this.cacheMs = cacheMs;
    this.now = now ?? (() => performance.now());
  }

  add(name: string, importance: 'required' | 'optional', check: HealthCheck): this {
    this.checks.push({ name, importance, check, running: new SingleFlight() });
    this.latest = null;
    return this;
  }

  /** Reports `unavailable` from now on, so that a load balancer sends no new requests while the process stops. */
  drain(): void {
    this.draining = true;
    this.latest = null;
  }

  report(): Promise<HealthReport> {
    const at = this.now();
    if (this.latest === null || at - this.latest.at >= this.cacheMs) {
      this.latest = { at, report: this.runAll() };
    }
    return this.latest.report;
  }

  private async runAll(): Promise<HealthReport> {
    const results = await Promise.all(
      this.checks.map(async (entry) => ({ entry, problem: await this.runOne(entry) })),
    );
    const failing = results.filter(({ problem }) => problem !== null);
    const isUnavailable = this.draining || failing.some(({ entry }) => entry.importance === 'required');
    const checks = Object.fromEntries(
      results.map(({ entry, problem }) => [
        entry.name,
        problem === null ? { status: 'ok' as const } : { status: 'failing' as const, message: problem },
      ]),
    );
    return { status: isUnavailable ? 'unavailable' : failing.length > 0 ? 'degraded' : 'ok', checks };
  }

  private async runOne(entry: NamedCheck): Promise<string | null> {
    const abort = new AbortController();
    const running = entry.running.run(() => startCheck(entry.check, abort.signal));
    const problem = await withTimeout(
      running.then(() => null, describeFailure),
      this.checkTimeoutMs,
      () => `no answer within ${this.checkTimeoutMs} ms`,
    );
    abort.abort();
    return problem;
  }
}

async function startCheck(check: HealthCheck, signal: AbortSignal): Promise<unknown> {
  return await check(signal);
}

function describeFailure(err: unknown): string {
  const text = err instanceof Error && err.message !== '' ? err.message : String(err);
  return (text.split('\n', 1)[0] ?? '').slice(0, MESSAGE_CHARACTERS);
}

export function httpStatusOfHealth(report: HealthReport): 200 | 503 {
  return report.status === 'unavailable' ? 503 : 200;
}

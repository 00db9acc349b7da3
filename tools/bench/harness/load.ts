import { Agent, request } from 'node:http';
import { quantile } from '../../limits/timing.js';
import { CPU, RATE, type Figures } from '../figures.js';

/** One request that is sent again and again. */
export interface RepeatedRequest {
  url: string;
  headers: Record<string, string>;
  body: object;
}

export interface LoadOptions {
  clients: number;
  warmUpMs: number;
  measuredMs: number;
  /** The processor time so far of each process that works for the request. */
  cpuMs: () => Record<string, number>;
}

/** Sends the request from several clients, each as soon as it has its answer. @throws Error when the status is not 201 */
export async function measureLoad(what: RepeatedRequest, options: LoadOptions): Promise<Figures> {
  const { clients, warmUpMs, measuredMs, cpuMs } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const body = JSON.stringify(what.body);
  const send = () => post(agent, what, body);
  try {
    await repeat(send, clients, warmUpMs);
    const before = cpuMs();
    const startedAt = performance.now();
    const times = await repeat(send, clients, measuredMs);
    const tookMs = performance.now() - startedAt;
    return {
      [RATE]: (times.length / tookMs) * 1_000,
      'p50 ms': quantile(times, 0.5),
      'p99 ms': quantile(times, 0.99),
      ...cpuFigures(before, cpuMs(), times.length),
    };
  } finally {
    agent.destroy();
  }
}

/** The processor time of each process per operation. */
export function cpuFigures(
  before: Record<string, number>,
  after: Record<string, number>,
  operations: number,
): Figures {
  return Object.fromEntries(
    Object.entries(after).map(([name, cpuMs]) => [
      `${CPU}${name}`,
      (cpuMs - (before[name] ?? 0)) / operations,
    ]),
  );
}

/** @returns the duration of each call in milliseconds */
async function repeat(send: () => Promise<void>, clients: number, durationMs: number): Promise<number[]> {
  const endAtMs = performance.now() + durationMs;
  const times: number[] = [];
  const client = async () => {
    for (let startedAt = performance.now(); startedAt < endAtMs; startedAt = performance.now()) {
      await send();
      times.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return times;
}

function post(agent: Agent, { url, headers }: RepeatedRequest, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        ...{ method: 'POST', agent },
        headers: {
          ...headers,
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(body),
        },
      },
      (response) => {
        response.resume().on('end', () => {
          if (response.statusCode === 201) resolve();
          else reject(new Error(`POST ${url}: ${response.statusCode}`));
        });
      },
    );
    sent.on('error', reject).end(body);
  });
}

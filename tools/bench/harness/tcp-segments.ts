import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SAMPLE_MS = 200;

/**
 * Counts the TCP segments with data that both ends of the connections to some ports of this machine have sent. It samples, so
 * what a connection sends in its last 200 ms is not counted. Needs `ss`.
 */
export class SegmentWatch {
  private readonly last = new Map<string, number>();
  private sent = 0;
  private isStopped = false;
  private readonly sampling: Promise<void>;

  constructor(private readonly ports: readonly number[]) {
    this.sampling = this.keepSampling();
  }

  async read(): Promise<number> {
    await this.sample();
    return this.sent;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.sampling;
  }

  private async keepSampling(): Promise<void> {
    while (!this.isStopped) {
      await this.sample();
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  }

  private async sample(): Promise<void> {
    const filter = this.ports.map((port) => `sport = :${port} or dport = :${port}`).join(' or ');
    const { stdout } = await run('ss', ['-tniOH', `( ${filter} )`], { maxBuffer: 64 * 2 ** 20 });
    for (const [socket, sent] of segmentsBySocket(stdout)) {
      const before = this.last.get(socket) ?? 0;
      // Fewer than before: another connection between the same ports.
      this.sent += sent < before ? sent : sent - before;
      this.last.set(socket, sent);
    }
  }
}

/** Pure: the sent segments of each socket in what `ss -tniOH` prints. */
export function segmentsBySocket(output: string): [socket: string, segments: number][] {
  return output.split('\n').flatMap((line): [string, number][] => {
    const [, , , local, peer] = line.split(/\s+/);
    const sent = /\bdata_segs_out:(\d+)/.exec(line)?.[1];
    return sent ? [[`${local} ${peer}`, Number(sent)]] : [];
  });
}

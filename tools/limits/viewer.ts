import { createHash } from 'node:crypto';
import WebSocket from 'ws';
import type { LimitsSystem } from './limits-system.js';
import { LINE_BYTES } from './output.js';

/** What a viewer expects: bursts of lines of `LINE_BYTES` each. */
interface Expected {
  lines: number;
  linesPerBurst: number;
}

interface Closed {
  code: number;
  reason: string;
}

/** Checks the lines it gets without keeping them. */
export class Viewer {
  /** When the last line of each burst arrived. */
  readonly burstAtMs: number[] = [];
  readonly closed: Promise<Closed>;
  private bytes = 0;
  private readonly hash = createHash('md5');
  private digest = '';

  private constructor(
    private readonly socket: WebSocket,
    private readonly expected: Expected,
  ) {
    socket.on('message', (data: Buffer) => {
      this.hash.update(data).update('\n');
      this.bytes += data.length + 1;
      const burst = Math.floor(this.bytes / (expected.linesPerBurst * LINE_BYTES));
      while (this.burstAtMs.length < burst) this.burstAtMs.push(performance.now());
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.digest = this.hash.digest('hex');
        resolve({ code, reason: reason.toString() });
      });
    });
  }

  static connect(system: LimitsSystem, id: number, expected: Expected): Promise<Viewer> {
    const url = `${system.gatewayUrl.replace('http', 'ws')}/execution/logs?context_id=${id}&reasons=false`;
    const socket = new WebSocket(url, { headers: system.api.headers, perMessageDeflate: false });
    const viewer = new Viewer(socket, expected);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(viewer));
      socket.once('error', reject);
    });
  }

  stopReading(): void {
    this.socket.pause();
  }

  resumeReading(): void {
    this.socket.resume();
  }

  terminate(): void {
    this.socket.terminate();
  }

  get isCorrect(): boolean {
    return (
      this.bytes === this.expected.lines * LINE_BYTES && this.digest === expectedDigest(this.expected.lines)
    );
  }

  describe(): string {
    return `${this.bytes} bytes instead of ${this.expected.lines * LINE_BYTES}`;
  }
}

const digests = new Map<number, string>();

function expectedDigest(lines: number): string {
  const known = digests.get(lines);
  if (known) return known;
  const hash = createHash('md5');
  const rest = ` ${'x'.repeat(LINE_BYTES - 12)}\n`;
  for (let line = 1; line <= lines; line++) hash.update(String(line).padStart(10, '0') + rest);
  const digest = hash.digest('hex');
  digests.set(lines, digest);
  return digest;
}

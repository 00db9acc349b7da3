import type { LogPosition } from '@app/domain';
import { LogLines } from '../kubernetes/log-lines.js';
import { ResumableLog } from '../kubernetes/log-resume.js';
import { LogLostError, type LogPiece } from '../runner.js';

/** A container's log in memory, read with the real position logic. */
export class FakeLog {
  readonly #lines: { second: number; bytes: Buffer }[] = [];
  #state: 'open' | 'ended' | 'lost' = 'open';
  #waiters: (() => void)[] = [];

  append(text: string): void {
    const now = new Date();
    const bytes = Buffer.from(`${now.toISOString().replace('Z', '000000Z')} ${text}\n`);
    this.#lines.push({ second: Math.floor(now.getTime() / 1000), bytes });
    this.#wake();
  }

  end(): void {
    if (this.#state === 'open') this.#state = 'ended';
    this.#wake();
  }

  /** Current and later readers get `LogLostError`. */
  lose(): void {
    this.#state = 'lost';
    this.#wake();
  }

  async *follow(from: LogPosition, signal: AbortSignal): AsyncGenerator<LogPiece> {
    const log = new ResumableLog(from, () => new Date());
    while (!signal.aborted) {
      const outcome = yield* this.#readOnce(log, signal);
      if (outcome === 'complete') return;
    }
  }

  async *#readOnce(
    log: ResumableLog,
    signal: AbortSignal,
  ): AsyncGenerator<LogPiece, 'complete' | 'mismatch'> {
    const sinceSecond = log.begin();
    const lines = new LogLines();
    for (let n = 0; !signal.aborted;) {
      if (this.#state === 'lost') throw new LogLostError('The log and its pod are gone.');
      const line = this.#lines[n];
      if (line) {
        n++;
        for (const piece of line.second >= sinceSecond ? lines.push(line.bytes) : []) {
          const taken = log.accept(piece);
          if (taken === 'mismatch') return taken;
          yield* taken;
        }
      } else if (this.#state === 'ended') {
        const last = log.end();
        if (last === 'mismatch') return last;
        yield* last;
        return 'complete';
      } else {
        await this.#nextChange(signal);
      }
    }
    return 'complete';
  }

  async #nextChange(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiters.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  #wake(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }
}

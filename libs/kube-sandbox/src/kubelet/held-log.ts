import { formatLogLine, formatStamp } from './log-line.js';

/** Lines made at a time, so that a long log takes little memory. */
const LINES_AT_ONCE = 1000;

/** The log of a container without a process. It is complete when the container starts, and is made as it is read. */
export class HeldLog {
  constructor(
    private readonly options: { lines: number; lineBytes: number; startedAtMs: number },
    /** Resolves when the container ends: a reader that follows the log waits for it. */
    readonly ended: Promise<void>,
  ) {}

  /** Numbered lines, stamped a nanosecond apart, without their newlines. @param tailLines null: all */
  *read(tailLines: number | null): Generator<Buffer[]> {
    const { lines, lineBytes, startedAtMs } = this.options;
    const firstStamp = BigInt(startedAtMs) * 1_000_000n;
    const filling = '.'.repeat(lineBytes);
    let batch: Buffer[] = [];
    for (let n = tailLines === null ? 0 : Math.max(0, lines - tailLines); n < lines; n += 1) {
      const content = Buffer.from(`line ${n + 1} ${filling}`.slice(0, lineBytes));
      const [head, text] = formatLogLine(formatStamp(firstStamp + BigInt(n)), 'stdout', true, content);
      batch.push(Buffer.concat([head!, text!]));
      if (batch.length < LINES_AT_ONCE) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }
}

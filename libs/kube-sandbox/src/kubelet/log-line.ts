/** The container log's form on disk, CRI's: `<RFC 3339 with 9 digits> <stdout|stderr> <F|P> <bytes>\n`. */
export type LogStreamName = 'stdout' | 'stderr';

/** How long the timestamp is, always: `2006-01-02T15:04:05.000000000Z`. */
export const STAMP_LENGTH = 30;

/** P: a piece that does not end its line. */
export function formatLogLine(
  stamp: string,
  stream: LogStreamName,
  endsLine: boolean,
  content: Buffer,
): Buffer[] {
  return [Buffer.from(`${stamp} ${stream} ${endsLine ? 'F' : 'P'} `, 'latin1'), content, NEWLINE];
}

const NEWLINE = Buffer.from('\n');
/** stamp, space, stream, space, tag, space */
const HEADER_LENGTH = STAMP_LENGTH + 1 + 6 + 1 + 1 + 1;

export interface ParsedLine {
  stamp: string;
  endsLine: boolean;
  content: Buffer;
}

/** `line` without its newline; null for what is no log line. */
export function parseLogLine(line: Buffer): ParsedLine | null {
  if (line.length < HEADER_LENGTH) return null;
  return {
    stamp: line.toString('latin1', 0, STAMP_LENGTH),
    endsLine: line[HEADER_LENGTH - 2] === 0x46,
    content: line.subarray(HEADER_LENGTH),
  };
}

/** A clock of nanoseconds since 1970 that follows the system's clock and never stands still for long. */
export function createStampClock(): (lagMs?: number) => string {
  let offset = 0n;
  let checkedAtMs = 0;
  return (lagMs = 0) => {
    const nowMs = Date.now();
    if (nowMs - checkedAtMs > 1000 || nowMs < checkedAtMs) {
      offset = BigInt(nowMs) * 1_000_000n - process.hrtime.bigint();
      checkedAtMs = nowMs;
    }
    return formatStamp(process.hrtime.bigint() + offset - BigInt(Math.round(lagMs * 1e6)));
  };
}

export function formatStamp(nanoseconds: bigint): string {
  const second = new Date(Number(nanoseconds / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${second}.${String(nanoseconds % 1_000_000_000n).padStart(9, '0')}Z`;
}

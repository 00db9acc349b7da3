/** Container logs are stored in CRI format: `<RFC 3339 with 9 digits> <stdout|stderr> <F|P> <bytes>\n`. */
export type LogStreamName = 'stdout' | 'stderr';

/** Every timestamp has this length: `2006-01-02T15:04:05.000000000Z`. */
export const STAMP_LENGTH = 30;

/** The tag is F for a full line or its last piece, P for a partial one. */
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

/** Parses a line without its newline; null if it is not a log line. */
export function parseLogLine(line: Buffer): ParsedLine | null {
  if (line.length < HEADER_LENGTH) return null;
  return {
    stamp: line.toString('latin1', 0, STAMP_LENGTH),
    endsLine: line[HEADER_LENGTH - 2] === 0x46,
    content: line.subarray(HEADER_LENGTH),
  };
}

/** Creates a nanosecond clock that follows the system clock, which alone has only milliseconds. */
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

/** A log line's timestamp, exact to the nanosecond, which a JavaScript Date is not. */
export interface LogStamp {
  /** Unix seconds. */
  second: number;
  nanos: number;
  /** As the API server sent it. */
  text: string;
}

const RFC3339 = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;

let lastParsed = { whole: '', second: 0 };

export function parseStamp(text: string): LogStamp | null {
  const match = RFC3339.exec(text);
  if (!match) return null;
  const whole = `${match[1]}${match[3]}`;
  // Many lines share a second, and parsing a date costs more than everything else done with a line.
  if (whole !== lastParsed.whole) lastParsed = { whole, second: Date.parse(whole) / 1000 };
  const { second } = lastParsed;
  return Number.isNaN(second) ? null : { second, nanos: Number((match[2] ?? '').padEnd(9, '0')), text };
}

export function isAfter(a: LogStamp, b: LogStamp): boolean {
  return a.second === b.second ? a.nanos > b.nanos : a.second > b.second;
}

export function laterOf(a: LogStamp | null, b: LogStamp | null): LogStamp | null {
  return a && b ? (isAfter(a, b) ? a : b) : (a ?? b);
}

/** Later than every stamp in that second. */
export function endOfSecond(second: number): LogStamp {
  return { second, nanos: 999_999_999, text: new Date(second * 1000 + 999).toISOString() };
}

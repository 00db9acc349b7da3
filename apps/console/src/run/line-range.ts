/** Lines that an address points to, counted from 1, both included. */
export interface LineRange {
  first: number;
  last: number;
}

/** Reads `#L120` and `#L120-L140`. Null: the address points to no line. */
export function parseLineRange(hash: string): LineRange | null {
  const [, from, until = from] = /^#L(\d{1,9})(?:-L(\d{1,9}))?$/.exec(hash) ?? [];
  if (from === undefined || until === undefined) return null;
  const [a, b] = [Number(from), Number(until)];
  return a === 0 ? null : { first: Math.min(a, b), last: Math.max(a, b) };
}

/** The address of the lines from the one that is chosen to another one. */
export function extendRange(range: LineRange | null, line: number): string {
  const first = range?.first ?? line;
  return first === line ? `#L${line}` : `#L${Math.min(first, line)}-L${Math.max(first, line)}`;
}

/** Deeper than any body that a schema takes; a parser or schema that calls itself would exhaust the stack. */
const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENERS = new Set([0x5b, 0x7b]);
const CLOSERS = new Set([0x5d, 0x7d]);

/**
 * Explains why a JSON text is too large to be parsed, or returns null. Counts values without parsing them, because parsing
 * and checking cost a hundred times as much: 1 MB may hold 500,000 values. Text that is not JSON may pass. Pure.
 */
export function describeShapeProblem(json: Uint8Array, maxValues: number): string | null {
  let values = 1;
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]!;
    if (byte === QUOTE) at = endOfString(json, at);
    else if (byte === COMMA) values += 1;
    else if (OPENERS.has(byte)) [values, depth] = [values + 1, depth + 1];
    else if (CLOSERS.has(byte)) depth -= 1;
    if (depth > MAX_DEPTH) return `must not be nested more than ${MAX_DEPTH} levels deep`;
    if (values > maxValues) return `must hold at most ${maxValues} values; send less in one request`;
  }
  return null;
}

/** The index of the closing quote. */
function endOfString(json: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at;
}

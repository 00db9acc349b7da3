import { parsedVar } from '../env-vars.js';

export type Pairs = Readonly<Record<string, string>>;

/**
 * `a=1, b=x%20y` → `{ a: '1', b: 'x y' }`: the form of lists in the OTEL_* variables. Undefined if an item has no name or no
 * `=`, or is not properly percent-encoded. The last of two items with the same name wins.
 */
export function parsePairs(text: string): Pairs | undefined {
  const items = text.split(',').filter((item) => item.trim() !== '');
  const pairs = items.map(parsePair);
  return pairs.every((pair) => pair !== undefined) ? Object.fromEntries(pairs) : undefined;
}

function parsePair(item: string): [string, string] | undefined {
  const equals = item.indexOf('=');
  try {
    const [name, value] = [item.slice(0, Math.max(equals, 0)), item.slice(equals + 1)].map((part) =>
      decodeURIComponent(part.trim()),
    ) as [string, string];
    return name === '' ? undefined : [name, value];
  } catch {
    return undefined;
  }
}

export const attributesVar = parsedVar(
  'a comma-separated list of name=value, percent-encoded where needed',
  parsePairs,
);

/** Names come out in lower case. */
export const headersVar = parsedVar(
  'a comma-separated list of header=value, percent-encoded where needed',
  (text) => {
    const pairs = Object.entries(parsePairs(text) ?? { '': '' });
    const areHeaders = pairs.every(([name, value]) => isHeaderName(name) && isHeaderValue(value));
    return areHeaders
      ? Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value]))
      : undefined;
  },
);

function isHeaderName(text: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(text);
}

function isHeaderValue(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}

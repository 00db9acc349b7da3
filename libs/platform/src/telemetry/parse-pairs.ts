import { parsedVar } from '../env-vars.js';

export type Pairs = Readonly<Record<string, string>>;

/**
 * Parses the list syntax of the OTEL_* variables: `a=1, b=x%20y` becomes `{ a: '1', b: 'x y' }`. Returns undefined if an item
 * has no name, no `=`, or invalid percent-encoding. If a name is repeated, the last value wins.
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

/** Names are lower-cased. */
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

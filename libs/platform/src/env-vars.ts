import * as z from 'zod';

/**
 * Building blocks for an app's env.ts. Each parses the text of one variable; its error message completes the sentence
 * "expected …" (see `loadEnv`). All are required unless they have a default or are `.optional()`.
 */
export function parsedVar<T>(expected: string, parse: (text: string) => T | undefined): z.ZodType<T, string> {
  return z.string({ error: expected }).transform((text, context) => {
    const value = parse(text.trim());
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}

/** Any text, not trimmed: for names and passwords. */
export function textVar(what = 'a value'): z.ZodType<string, string> {
  return z.string({ error: what });
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['false', false],
  ['0', false],
  ['no', false],
]);

export function booleanVar(): z.ZodType<boolean, string> {
  return parsedVar('true or false (also 1/0, yes/no)', (text) => BOOLEANS.get(text.toLowerCase()));
}

export interface IntegerRange {
  min?: number;
  max?: number;
  /** The value if the variable is not set; without a default the variable is required. */
  default?: number;
  /** Explains the limit to the operator. */
  because?: string;
}

/** A decimal whole number in the safe integer range. */
export function integerVar(range: IntegerRange = {}): z.ZodType<number, string | undefined> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = range;
  const variable = parsedVar(`a whole number${describeRange(range)}`, (text) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
    return Number.isSafeInteger(value) && value >= min && value <= max ? value : undefined;
  });
  return range.default === undefined ? variable : variable.default(range.default);
}

function describeRange(range: IntegerRange): string {
  return describeBounds(range) + (range.because === undefined ? '' : ` (${range.because})`);
}

function describeBounds({ min, max }: IntegerRange): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of ${min} or more`;
  return max === undefined ? '' : ` of ${max} or less`;
}

const parsePort = (text: string): number | undefined => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
};

export const portVar = parsedVar('a port number from 1 to 65535', parsePort);

export interface HostPort {
  /** A name or an address; IPv6 without its brackets. */
  host: string;
  port: number;
}

export const hostPortVar = parsedVar<HostPort>('host:port (an IPv6 address in brackets)', (text) => {
  const match = /^(?:\[([0-9a-fA-F:.%a-z]+)\]|([^\s:/[\]@]+)):(\d+)$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = parsePort(match?.[3] ?? '');
  return host === undefined || port === undefined ? undefined : { host, port };
});

/** An address of a website, with the path below which it is reached, without a slash at the end. */
export const baseUrlVar = parsedVar('an address such as https://proctor.example.com', (text) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  return isWeb ? url.origin + url.pathname.replace(/\/+$/, '') : undefined;
});

/** Where requests are sent to. */
export const urlVar = parsedVar('an http or https URL without user name and password', (text) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  return isWeb && url.username === '' && url.password === '' ? url.href : undefined;
});

export const jsonMapVar = parsedVar<Readonly<Record<string, string>>>(
  'a JSON object whose values are strings, such as {"team":"data"}',
  (text) => {
    try {
      return z.record(z.string(), z.string()).parse(JSON.parse(text));
    } catch {
      return undefined;
    }
  },
);

/** `a, b,,c` → `['a', 'b', 'c']`; never empty, because an empty variable counts as unset. */
export const commaListVar = parsedVar<readonly string[]>('a comma-separated list', (text) => {
  const items = text.split(',').map((item) => item.trim());
  const named = items.filter((item) => item !== '');
  return named.length > 0 ? named : undefined;
});

const SECRET_KEY_BYTES = 32;

export const secretKeyVar = parsedVar<Uint8Array>('32 random bytes as base64 or hex', parseSecretKey);

/** Neither base64 nor hex has a comma. */
export const secretKeysVar = parsedVar<readonly Uint8Array[]>(
  'a comma-separated list of keys, each 32 random bytes as base64 or hex',
  (text) => {
    const keys = text.split(',').map((item) => parseSecretKey(item.trim()));
    return keys.every((key) => key !== undefined) ? keys : undefined;
  },
);

function parseSecretKey(text: string): Uint8Array | undefined {
  const isHex = /^[0-9a-fA-F]{64}$/.test(text);
  // 43 digits carry 258 bits: the last one must leave the two surplus bits at zero.
  const isBase64 = /^[A-Za-z0-9+/_-]{42}[AEIMQUYcgkosw048]=?$/.test(text);
  if (!isHex && !isBase64) return undefined;
  const bytes = Buffer.from(text, isHex ? 'hex' : 'base64');
  return bytes.length === SECRET_KEY_BYTES ? new Uint8Array(bytes) : undefined;
}

import { AppError, type ErrorDetail } from '@app/domain';
import type { Target } from '../api/gateway-client.js';
import { CONFIG_DEFAULTS, CONFIG_KEYS, type ConfigKey, type ConfigValues } from './config-keys.js';
import { parseHost } from './parse-host.js';

/** What a command needs to talk to the gateway with an e-mail and a token. */
export interface Connection extends Target {
  email: string;
  token: string;
}

export type ConfigSource = 'environment' | 'file' | 'sign-in' | 'default';

export type ResolvedValues = Partial<Record<ConfigKey, { value: string; source: ConfigSource }>>;

/** Which value counts for each key, and where it comes from: environment, file, `proctor login`, default. */
export function resolveValues(
  file: ConfigValues,
  overrides: ConfigValues,
  signIn: Pick<ConfigValues, 'PROCTOR_HOST'> = {},
): ResolvedValues {
  const resolved: ResolvedValues = {};
  for (const key of CONFIG_KEYS) {
    for (const [source, values] of [
      ['environment', overrides],
      ['file', file],
      ['sign-in', signIn as ConfigValues],
      ['default', CONFIG_DEFAULTS as ConfigValues],
    ] as const) {
      const value = values[key];
      if (value && !resolved[key]) resolved[key] = { value, source };
    }
  }
  return resolved;
}

/**
 * Throws `unauthenticated` naming the keys that are missing, `malformed_request` naming those that are wrong. A
 * value is never part of the message: it could be a token in the wrong place.
 */
export function connectionFrom(values: ResolvedValues): Connection {
  return readValues(values, ['PROCTOR_HOST', 'EMAIL_ID', 'ACCESS_TOKEN'], (read) => ({
    ...readTarget(read),
    email: read('EMAIL_ID', parseHeaderValue),
    token: read('ACCESS_TOKEN', parseHeaderValue),
  }));
}

/** The same without who is asking: for those who signed in, and for what anybody may ask. */
export function targetFrom(values: ResolvedValues): Target {
  return readValues(values, ['PROCTOR_HOST'], readTarget);
}

type Read = <Value>(key: ConfigKey, parse: (text: string) => Value) => Value;

function readTarget(read: Read): Target {
  return {
    baseUrl: read('PROCTOR_HOST', parseHost),
    timeoutMs: 1000 * read('CONNECTION_TIMEOUT_SECS', (text) => parseCount(text, 3600)),
    statusPollCount: read('PROC_EXECUTION_STATUS_POLL_COUNT', (text) => parseCount(text, 100_000)),
  };
}

function readValues<Result>(
  values: ResolvedValues,
  needed: readonly ConfigKey[],
  readAll: (read: Read) => Result,
): Result {
  const missing = needed.filter((key) => !values[key]);
  if (missing.length > 0) {
    throw new AppError('unauthenticated', `The CLI is not configured: ${missing.join(', ')} missing.`, {
      hint: 'Run `proctor config` (or `proctor login`), or set environment variables of these names.',
    });
  }
  const details: ErrorDetail[] = [];
  const result = readAll((key, parse) => {
    try {
      return parse(values[key]?.value ?? '');
    } catch (error) {
      details.push({
        field: key,
        message: `${(error as Error).message} (${values[key]?.source ?? 'default'})`,
      });
      return undefined as never;
    }
  });
  if (details.length > 0) {
    throw new AppError('malformed_request', "The CLI's configuration is wrong.", {
      hint: 'See `proctor config show`, change it with `proctor config`.',
      details,
    });
  }
  return result;
}

/** Text that can travel in an HTTP header. Throws `Error` otherwise. */
export function parseHeaderValue(text: string): string {
  const value = text.trim();
  if (!/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)) {
    throw new Error('must be one line of printable ASCII characters');
  }
  return value;
}

function parseCount(text: string, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > max)
    throw new Error(`must be a whole number from 1 to ${max}`);
  return value;
}

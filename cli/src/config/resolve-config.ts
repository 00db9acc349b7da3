import { AppError, type ErrorDetail } from '@app/domain';
import { CONFIG_DEFAULTS, CONFIG_KEYS, type ConfigKey, type ConfigValues } from './config-keys.js';
import { parseHost } from './parse-host.js';

/** Where the gateway is, and how long to wait for it. */
export interface Target {
  /** Without a slash at the end. */
  baseUrl: string;
  timeoutMs: number;
  /** How often to poll the status, once a second, after the end of a log. */
  statusPollCount: number;
  /** A file with certificate authorities to trust; null: none. */
  caFile: string | null;
}

/** For requests with an email and a token. */
export interface Credentials extends Target {
  email: string;
  token: string;
}

export type ConfigSource = 'environment' | 'file' | 'sign-in' | 'default';

export type ResolvedValues = Partial<Record<ConfigKey, { value: string; source: ConfigSource }>>;

/** The effective value of each key and its source; environment wins over file, `proctor login` and default. */
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
 * Throws `unauthenticated` naming the missing keys, or `malformed_request` naming the invalid ones. No message contains a
 * value: it could be a token in the wrong place.
 */
export function credentialsFrom(values: ResolvedValues): Credentials {
  return readValues(values, ['PROCTOR_HOST', 'EMAIL_ID', 'ACCESS_TOKEN'], (read) => ({
    ...readTarget(read),
    email: read('EMAIL_ID', parseHeaderValue),
    token: read('ACCESS_TOKEN', parseHeaderValue),
  }));
}

/** Without email and token: for `proctor login`, and for routes that need no account. */
export function targetFrom(values: ResolvedValues): Target {
  return readValues(values, ['PROCTOR_HOST'], readTarget);
}

type Read = <Value>(key: ConfigKey, parse: (text: string) => Value) => Value;

function readTarget(read: Read): Target {
  return {
    baseUrl: read('PROCTOR_HOST', parseHost),
    timeoutMs: 1000 * read('CONNECTION_TIMEOUT_SECS', (text) => parseCount(text, 3600)),
    statusPollCount: read('PROC_EXECUTION_STATUS_POLL_COUNT', (text) => parseCount(text, 100_000)),
    caFile: read('PROCTOR_CA_FILE', (text) => text || null),
  };
}

export const NOT_CONFIGURED = 'The CLI is not configured';

function readValues<Result>(
  values: ResolvedValues,
  required: readonly ConfigKey[],
  readAll: (read: Read) => Result,
): Result {
  const missing = required.filter((key) => !values[key]);
  if (missing.length > 0) {
    throw new AppError('unauthenticated', `${NOT_CONFIGURED}: missing ${missing.join(', ')}.`, {
      hint: 'Run `proctor config` or `proctor login`, or set environment variables with these names.',
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
    throw new AppError('malformed_request', 'The configuration of the CLI is invalid.', {
      hint: 'See it with `proctor config show`, change it with `proctor config`.',
      details,
    });
  }
  return result;
}

/** Text that an HTTP header can carry. Throws `Error` otherwise. */
export function parseHeaderValue(text: string): string {
  const value = text.trim();
  if (!/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)) {
    throw new Error('must be one line of printable ASCII characters');
  }
  return value;
}

function parseCount(text: string, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > max) throw new Error(`must be an integer from 1 to ${max}`);
  return value;
}

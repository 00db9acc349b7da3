import { pino, stdSerializers, stdTimeFunctions } from 'pino';
import type { LogLevel } from './log-level.js';

export type Logger = pino.Logger;

/** Keys whose values never reach a log, at the top level of an entry and up to three levels below. */
const SECRET_KEYS = [
  'authorization',
  'Authorization',
  'access-token',
  'Access-Token',
  'accessToken',
  'cookie',
  'set-cookie',
  'token',
  'password',
  'secret',
  'secrets',
  'secretKey',
  'secretKeys',
];

const SECRET_PATHS = ['', '*.', '*.*.', '*.*.*.'].flatMap((prefix) => [
  ...SECRET_KEYS.map((key) =>
    key.includes('-') ? `${prefix.replace(/\.$/, '')}["${key}"]` : `${prefix}${key}`,
  ),
  // ioredis attaches the command to an error: after a refused login it holds the password.
  `${prefix}command.args`,
]);

export interface LoggerOptions {
  /** The process, e.g. `gateway`; on every line as `service`. */
  service: string;
  level: LogLevel;
  /** Default: standard output, written synchronously, so that no line is lost at exit. */
  destination?: pino.DestinationStream;
}

/**
 * Writes one JSON object per line: `level` (by name), `time` (ISO 8601), `service`, `msg`, and under `err` the type, message,
 * stack and causes of an error.
 */
export function createLogger({ service, level, destination }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.errWithCause, error: stdSerializers.errWithCause },
      redact: { paths: SECRET_PATHS, censor: '***' },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );
}

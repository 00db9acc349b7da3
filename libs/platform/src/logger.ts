import { pino, stdSerializers, stdTimeFunctions } from 'pino';
import type { LogLevel } from './log-level.js';

export type Logger = pino.Logger;

/** Keys whose values never reach a log, at the top of an entry and up to three levels down. */
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
];

const SECRET_PATHS = ['', '*.', '*.*.', '*.*.*.'].flatMap((prefix) => [
  ...SECRET_KEYS.map((key) =>
    key.includes('-') ? `${prefix.replace(/\.$/, '')}["${key}"]` : `${prefix}${key}`,
  ),
  // ioredis hangs the command to an error: that of a refused sign-in holds the password.
  `${prefix}command.args`,
]);

export interface LoggerOptions {
  /** The process, e.g. `gateway`; on every line as `service`. */
  service: string;
  level: LogLevel;
  /** Where lines go; standard output if left out. Written at once, so that nothing is lost at exit. */
  destination?: pino.DestinationStream;
}

/**
 * One JSON object a line: `level` (its name), `time` (ISO 8601), `service`, `msg`, and for an error under `err` its
 * type, message, stack and the chain of its causes.
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

import { parsedVar } from './env-vars.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogSettings {
  logLevel: LogLevel;
}

/** v2's `panic` is our `fatal`. */
export const logLevelVar = parsedVar<LogLevel>('one of debug, info, warn, error, fatal, panic', (text) => {
  const name = text.toLowerCase();
  return name === 'panic' ? 'fatal' : LOG_LEVELS.find((level) => level === name);
});

export const logVars = { PROCTOR_LOG_LEVEL: logLevelVar.default('info') };

export function logSettings(env: { PROCTOR_LOG_LEVEL: LogLevel }): LogSettings {
  return { logLevel: env.PROCTOR_LOG_LEVEL };
}

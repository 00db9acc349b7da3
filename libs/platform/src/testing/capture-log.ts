import { createLogger, type Logger } from '../logger.js';

/** A logger at level `info`, and the lines that it has written. */
export function captureLog(): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { logger: createLogger({ service: 'gateway', level: 'info', destination }), lines };
}

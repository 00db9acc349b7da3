import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.js';

type Level = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Writes Nest's messages to our log. Nest passes the context (a class name) as the last argument. */
export class NestLogger implements LoggerService {
  readonly log = this.writerAt('info');
  readonly error = this.writerAt('error');
  readonly warn = this.writerAt('warn');
  readonly debug = this.writerAt('debug');
  readonly verbose = this.writerAt('debug');
  readonly fatal = this.writerAt('fatal');

  constructor(private readonly logger: Logger) {}

  private writerAt(level: Level) {
    return (message: unknown, ...rest: unknown[]): void => this.write(level, message, rest);
  }

  private write(level: Level, message: unknown, rest: unknown[]): void {
    const err = [message, ...rest].find((part) => part instanceof Error);
    const texts = rest.filter((part): part is string => typeof part === 'string');
    const context = texts.at(-1);
    const stack = err === undefined && texts.length > 1 ? texts[0] : undefined;
    const text = message instanceof Error ? message.message : message;
    this.logger[level]({ context, stack, err }, typeof text === 'string' ? text : JSON.stringify(text));
  }
}

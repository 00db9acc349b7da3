import { AppError, plainLine } from '@app/domain';
import { GatewayError } from '@app/gateway-client';
import { hintFor } from '../gateway/hint-for.js';
import { exitCodeOfError, type ExitCode } from './exit-code.js';
import { toJsonLine } from './json-line.js';

/** Any thrown value as an `AppError`, with a hint. Anything unexpected is a bug in the CLI: one line, no stack. */
export function asAppError(error: unknown): AppError {
  if (error instanceof GatewayError) {
    const { code, message, details } = error;
    return new AppError(code, message, { hint: hintFor(error), details, cause: error });
  }
  if (error instanceof AppError) return error;
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new AppError('internal', `The CLI failed: ${what}.`, {
    hint: 'This is a bug in the CLI. Please report it with the command you ran.',
    cause: error,
  });
}

/** The text for standard error, and the exit code. */
export function renderError(error: AppError, json: boolean): { text: string; exitCode: ExitCode } {
  const exitCode = exitCodeOfError(error.code);
  if (json) {
    const { code, message, hint, details } = error;
    return {
      text: toJsonLine({ type: 'error', code, message, hint, details, exit_code: exitCode }),
      exitCode,
    };
  }
  const lines = [
    `proctor: ${plainLine(error.message)}`,
    ...error.details.map(({ field, message }) => `  ${plainLine(field)}: ${plainLine(message)}`),
    ...(error.hint === undefined ? [] : [plainLine(error.hint)]),
  ];
  return { text: lines.map((line) => `${line}\n`).join(''), exitCode };
}

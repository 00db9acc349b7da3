import { AppError } from '@app/domain';
import { exitCodeOfError, type ExitCode } from './exit-code.js';
import { plainLine } from './filter-controls.js';
import { toJsonLine } from './json-line.js';

/** Anything thrown, as a refusal. What is not an `AppError` is a bug of the CLI: one line, no stack. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new AppError('internal', `The CLI failed: ${what}.`, {
    hint: 'This is a bug in the CLI; please report it with the command that you typed.',
    cause: error,
  });
}

/** What goes to standard error, and the exit code. */
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

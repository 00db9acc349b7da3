import { PROBLEM_MEDIA_TYPE, problemFromError } from '@app/contract';
import type { AppError } from '@app/domain';
import { acceptsJson } from './accepts-json.js';
import { HTTP_STATUS, RETRY_AFTER_SECONDS } from './error-status.js';

export interface ErrorAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The answer for an error: problem+json if `Accept` names JSON, otherwise one line of text. */
export function renderError(error: AppError, accept: string | undefined): ErrorAnswer {
  const status = HTTP_STATUS[error.code];
  const retryAfterSeconds = RETRY_AFTER_SECONDS[error.code];
  const isJson = acceptsJson(accept);
  return {
    status,
    headers: {
      'content-type': isJson ? PROBLEM_MEDIA_TYPE : 'text/plain; charset=utf-8',
      vary: 'accept',
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
      ...(error.code === 'unauthenticated' && { 'www-authenticate': 'Bearer realm="proctor"' }),
    },
    body: isJson ? JSON.stringify(problemFromError(error, status)) : lineOf(error),
  };
}

const MAX_CHARACTERS = 4_000;

/** Every problem in one line, without `%`: the v2 CLI prints it as a format string. */
export function lineOf({ message, details, hint, plainText }: AppError): string {
  if (plainText !== undefined) return plainText;
  const problems = details.map(({ field, message }) =>
    message.includes(JSON.stringify(field)) ? message : `${field}: ${message}`,
  );
  const text = [
    problems.length === 0 ? message : `${message.replace(/\.$/, '')}: ${problems.join('; ')}`,
    hint,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
  // Control characters are removed too: the line is printed to a terminal.
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').replaceAll('%', '％');
  return line.length > MAX_CHARACTERS ? `${line.slice(0, MAX_CHARACTERS)}…` : line;
}

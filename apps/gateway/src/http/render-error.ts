import { STATUS_CODES } from 'node:http';
import { MAX_PROBLEMS, PROBLEM_MEDIA_TYPE, problemFromError } from '@app/contract';
import { escapeHtml, type AppError } from '@app/domain';
import { accepts, acceptsJson } from './accepts-json.js';
import { HTTP_STATUS, RETRY_AFTER_SECONDS } from './error-status.js';
import { PAGE_POLICY, renderPage } from './plain-page.js';

export interface ErrorAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * The answer for an error: problem+json if `Accept` names JSON, a page if it names HTML, otherwise one line of text.
 * @param path of the request, from which the links of a page lead
 */
export function renderError(error: AppError, accept: string | undefined, path: string): ErrorAnswer {
  const status = HTTP_STATUS[error.code];
  const retryAfterSeconds = error.retryAfterSeconds ?? RETRY_AFTER_SECONDS[error.code];
  const { contentType, body } = bodyOf(error, status, accept, path);
  return {
    status,
    headers: {
      'content-type': contentType,
      vary: 'accept',
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
      ...(contentType === HTML && { 'content-security-policy': PAGE_POLICY }),
      ...(error.code === 'unauthenticated' && { 'www-authenticate': 'Bearer realm="proctor"' }),
    },
    body,
  };
}

const HTML = 'text/html; charset=utf-8';

function bodyOf(error: AppError, status: number, accept: string | undefined, path: string) {
  if (acceptsJson(accept))
    return { contentType: PROBLEM_MEDIA_TYPE, body: JSON.stringify(problemFromError(error, status)) };
  if (accepts(accept, ['text/html']))
    return { contentType: HTML, body: pageOf(error, status, startPageFrom(path)) };
  return { contentType: 'text/plain; charset=utf-8', body: lineOf(error) };
}

/** For an address of the API that a person opened in a browser, such as one from an email. */
function pageOf(error: AppError, status: number, startPage: string): string {
  const next =
    error.code === 'unauthenticated'
      ? `Sign in to the <a href="${startPage}console/">console</a>, or use the CLI: <code>proctor login</code> or <code>proctor config</code>, then for example <code>proctor status ID</code>.`
      : `This address is for programs. Use the <a href="${startPage}console/">console</a> or the CLI, or see what there is:`;
  return renderPage(
    `${status}: ${STATUS_CODES[status] ?? 'Error'}`,
    `    <p>${escapeHtml(lineOf(error))}</p>\n    <p>${next}</p>\n    <p><a href="${startPage}">Start page</a> · <a href="${startPage}docs">API documentation</a></p>`,
  );
}

/** Relative, because the gateway may be reached below a path of another host. */
function startPageFrom(path: string): string {
  const folders = path.split('/').length - 2;
  return folders > 0 ? '../'.repeat(folders) : './';
}

const MAX_CHARACTERS = 4_000;

/** Every problem in one line, without `%`: the v2 CLI prints it as a format string. */
export function lineOf({ message, details, hint, plainText }: AppError): string {
  if (plainText !== undefined) return plainText;
  const problems = details
    .slice(0, MAX_PROBLEMS)
    .map(({ field, message }) =>
      message.includes(JSON.stringify(field)) ? message : `${field}: ${message}`,
    );
  if (details.length > MAX_PROBLEMS) problems.push(`and ${details.length - MAX_PROBLEMS} more`);
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

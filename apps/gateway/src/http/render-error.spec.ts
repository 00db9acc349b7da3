import { describe, expect, it } from '@jest/globals';
import type { Problem } from '@app/contract';
import { AppError, ERROR_CODES } from '@app/domain';
import { acceptsJson } from './accepts-json.js';
import { lineOf, renderError } from './render-error.js';
import { toAppError } from './to-app-error.js';

describe('acceptsJson', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['*/*', false],
    ['application/*', false],
    ['text/html, */*;q=0.8', false],
    ['application/json', true],
    ['text/html, Application/Problem+JSON; q=0.5', true],
    ['application/json;q=0', false],
    ['application/json;q=0.000, text/plain', false],
    ['application/jsonp', false],
  ])('%j: %s', (accept, expected) => expect(acceptsJson(accept)).toBe(expected));
});

describe('lineOf', () => {
  it('puts every problem into one line without a percent sign', () => {
    const error = new AppError('invalid_args', 'These args do not fit.', {
      details: [
        { field: 'A', message: '"A" is\nrequired' },
        { field: 'B', message: 'is 100% wrong\u001b[2J' },
      ],
      hint: 'Correct them.',
    });
    expect(lineOf(error)).toBe('These args do not fit: "A" is required; B: is 100％ wrong [2J Correct them.');
  });

  it('sends v2’s text as plain text, and the details as JSON', () => {
    const error = new AppError('malformed_request', 'Expected five fields.', {
      plainText: 'Schedule cron format is invalid',
      hint: 'Correct it.',
    });
    expect(lineOf(error)).toBe('Schedule cron format is invalid');
    expect(JSON.parse(renderError(error, 'application/json', '/').body)).toMatchObject({
      detail: 'Expected five fields.',
      hint: 'Correct it.',
    });
  });

  it('lists at most 100 problems, and counts the others', () => {
    const details = Array.from({ length: 137 }, (_, n) => ({ field: `A${n}`, message: 'no' }));
    const error = new AppError('invalid_args', 'These args do not fit.', { details });
    const body = JSON.parse(renderError(error, 'application/json', '/').body) as Problem;
    expect(body.errors).toHaveLength(100);
    expect(body.more_errors).toBe(37);
    expect(lineOf(error)).toMatch(/A99: no; and 37 more$/);
  });

  it('limits the length', () => {
    expect(lineOf(new AppError('internal', 'x'.repeat(10_000))).length).toBeLessThan(4_100);
  });
});

describe('renderError', () => {
  it.each([
    ['/', './'],
    ['/execution', './'],
    ['/execution/5', '../'],
    ['/execution/5/', '../../'],
    ['/a/b/c', '../../'],
  ])('links from %s to the start page, also below a path of another host', (path, startPage) => {
    const { body } = renderError(new AppError('not_found', 'Gone.'), 'text/html', path);
    expect(body).toContain(`<a href="${startPage}">`);
    expect(body).toContain(`<a href="${startPage}docs">`);
  });

  it('is a page for a browser, with every value escaped', () => {
    const error = new AppError('not_found', 'No <script>alert(1)</script>.');
    const { status, headers, body } = renderError(error, 'text/html,*/*;q=0.8', '/');
    expect(status).toBe(404);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(body).toContain('No &lt;script&gt;alert(1)&lt;/script&gt;.');
    expect(renderError(error, 'text/html, application/json', '/').headers['content-type']).toBe(
      'application/problem+json',
    );
    expect(renderError(error, '*/*', '/').headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  it.each(ERROR_CODES)('%s: the same status in both forms', (code) => {
    const error = new AppError(code, 'no', { hint: 'try', details: [{ field: 'a', message: 'b' }] });
    const text = renderError(error, undefined, '/');
    const json = renderError(error, 'application/json', '/');
    expect(text.status).toBeGreaterThanOrEqual(400);
    expect(text.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(json.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(json.body)).toMatchObject({
      type: `urn:proctor:problem:${code}`,
      status: text.status,
      detail: 'no',
      hint: 'try',
      errors: [{ field: 'a', message: 'b' }],
    });
  });

  it('sends Retry-After where a retry can succeed', () => {
    expect(renderError(new AppError('unavailable', 'no'), undefined, '/').headers['retry-after']).toBe('2');
    expect(
      renderError(new AppError('not_found', 'no'), undefined, '/').headers['retry-after'],
    ).toBeUndefined();
  });
});

describe('toAppError', () => {
  it('reveals nothing of an unknown error', () => {
    const error = toAppError(new Error('password=hunter2'), 'request-1');
    expect(error).toMatchObject({
      code: 'internal',
      message: 'Something went wrong in the gateway (request request-1).',
    });
    expect(lineOf(error)).not.toContain('hunter2');
  });

  it('uses the status of Nest’s and Fastify’s own errors only', () => {
    expect(toAppError(Object.assign(new Error('no'), { statusCode: 404 }), 'r').code).toBe('internal');
    expect(toAppError(Object.assign(new Error('no'), { statusCode: 413, code: 'FST_X' }), 'r').code).toBe(
      'too_large',
    );
  });

  it('maps an unreachable database to unavailable', () => {
    expect(toAppError(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'r').code).toBe(
      'unavailable',
    );
  });
});

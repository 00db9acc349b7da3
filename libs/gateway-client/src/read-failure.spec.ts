import { PROBLEM_MEDIA_TYPE, problemFromError } from '@app/contract';
import { AppError } from '@app/domain';
import { describe, expect, it } from '@jest/globals';
import { readFailure, unexpectedReply } from './read-failure.js';
import { unreachable } from './unreachable.js';

const gateway = 'http://gateway';
const facts = { baseUrl: gateway, scheme: 'token' } as const;
const answer = (status: number, contentType: string, body: string) => ({
  status,
  contentType,
  body,
  location: null,
});

describe('readFailure', () => {
  it('takes code, message, hint and details from a problem', () => {
    const sent = new AppError('invalid_args', 'Wrong.', {
      hint: 'Do.',
      details: [{ field: 'A', message: 'no' }],
    });
    const body = JSON.stringify(problemFromError(sent, 400));
    const { kind, code, message, hint, details } = readFailure(answer(400, PROBLEM_MEDIA_TYPE, body), facts);
    expect({ kind, code, message, hint, details }).toEqual({
      kind: 'refused',
      code: 'invalid_args',
      message: 'Wrong.',
      hint: 'Do.',
      details: sent.details,
    });
  });

  it.each([
    [400, 'malformed_request'],
    [401, 'unauthenticated'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [409, 'conflict'],
    [413, 'too_large'],
    [422, 'idempotency_key_reused'],
    [429, 'too_many_requests'],
    [418, 'malformed_request'],
    [500, 'internal'],
    [502, 'unavailable'],
    [503, 'unavailable'],
    [504, 'unavailable'],
    [599, 'internal'],
  ])('reads %d with a line of text as %s', (status, code) => {
    const error = readFailure(answer(status, 'text/plain; charset=utf-8', 'What was wrong\n'), facts);
    expect([error.kind, error.code, error.message]).toEqual(['refused', code, 'What was wrong']);
    expect([error.scheme, error.hint]).toEqual(['token', undefined]);
  });

  it.each([
    ['text/html', '<html>secret page</html>', 'a web page'],
    ['application/json', '{"half', 'broken JSON'],
    ['application/json', '{"a":1}', 'unexpected JSON'],
    ['', '', 'an empty body'],
    ['', 'x', 'without a content type'],
    ['text/plain', 'Error\n    at foo (bar.js:1:1)', 'text/plain'],
  ])('describes a body of type %j without quoting it', (contentType, body, says) => {
    const error = readFailure(answer(502, contentType, body), facts);
    expect(error.message).toContain(says);
    expect(error.message).not.toMatch(/secret page|foo/);
  });

  it.each([
    ['text/html', '<h1>400</h1>The plain HTTP request was sent to HTTPS port', 'nginx'],
    ['text/plain', 'Client sent an HTTP request to an HTTPS server.', 'Go'],
  ])('knows the answer of a TLS server to plain HTTP: %s', (contentType, body) => {
    const error = readFailure(answer(400, contentType, body), facts);
    expect(error).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('it speaks TLS') as unknown,
    });
    expect(error.hint).toContain('https://');
  });

  it('does not follow a redirect', () => {
    const error = readFailure({ ...answer(302, '', ''), location: 'https://elsewhere/' }, facts);
    expect(error.kind).toBe('redirected');
    expect(error.message).toContain('https://elsewhere/');
  });
});

describe('unexpectedReply', () => {
  it('describes the reply', () => {
    const error = unexpectedReply(answer(200, 'text/html', '<p>'), gateway);
    expect(error.kind).toBe('unexpected_reply');
    expect(error.message).toContain('a web page');
  });
});

describe('unreachable', () => {
  it.each([
    [Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'connection refused'],
    [new DOMException('late', 'TimeoutError'), 'no response within 3 seconds'],
  ])('gives the reason: %s', (error, says) => {
    const { kind, code, message } = unreachable(gateway, error, 3000);
    expect([kind, code]).toEqual(['unreachable', 'unavailable']);
    expect(message).toContain(says);
  });

  it('passes on what to do next', () => {
    const expired = Object.assign(new Error('x'), { code: 'CERT_HAS_EXPIRED' });
    expect(unreachable(gateway, expired, 3000).hint).toContain('renew it');
  });
});

import { PROBLEM_MEDIA_TYPE, problemFromError } from '@app/contract';
import { AppError } from '@app/domain';
import { describe, expect, it } from '@jest/globals';
import { failureFromAnswer, unexpectedAnswer, unreachable } from './failure.js';

const gateway = 'http://gateway';
const answer = (status: number, contentType: string, body: string) => ({
  status,
  contentType,
  body,
  location: null,
});

describe('failureFromAnswer', () => {
  it('takes over all that a problem says', () => {
    const sent = new AppError('invalid_args', 'Wrong.', {
      hint: 'Do.',
      details: [{ field: 'A', message: 'no' }],
    });
    const body = JSON.stringify(problemFromError(sent, 400));
    const { code, message, hint, details } = failureFromAnswer(
      answer(400, PROBLEM_MEDIA_TYPE, body),
      gateway,
    );
    expect({ code, message, hint, details }).toEqual({
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
    const error = failureFromAnswer(answer(status, 'text/plain; charset=utf-8', 'What was wrong\n'), gateway);
    expect([error.code, error.message]).toEqual([code, 'What was wrong']);
  });

  it.each([
    ['text/html', '<html>secret page</html>', 'a web page'],
    ['application/json', '{"half', 'broken JSON'],
    ['application/json', '{"a":1}', 'JSON of another shape'],
    ['', '', 'an empty body'],
    ['', 'x', 'no stated type'],
    ['text/plain', 'Error\n    at foo (bar.js:1:1)', 'text/plain'],
  ])('describes a body of type %j and does not print it', (contentType, body, says) => {
    const error = failureFromAnswer(answer(502, contentType, body), gateway);
    expect(error.message).toContain(says);
    expect(error.message).not.toMatch(/secret page|foo/);
  });

  it('does not follow a redirect', () => {
    const error = failureFromAnswer({ ...answer(302, '', ''), location: 'https://elsewhere/' }, gateway);
    expect(error.message).toContain('https://elsewhere/');
  });
});

describe('unexpectedAnswer', () => {
  it('says what came', () => {
    expect(unexpectedAnswer(answer(200, 'text/html', '<p>'), gateway).message).toContain('a web page');
  });
});

describe('unreachable', () => {
  it.each([
    [Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'connection refused'],
    [
      new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ENOTFOUND' }) }),
      'no such host',
    ],
    [
      new TypeError('fetch failed', {
        cause: new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })]),
      }),
      'connection refused',
    ],
    [new DOMException('late', 'TimeoutError'), 'no answer within 3 seconds'],
    [Object.assign(new Error('x'), { code: 'HPE_INVALID_VERSION' }), 'does not speak HTTP'],
    [new Error('bad port'), 'bad port'],
    ['what', 'unknown reason'],
  ])('says why: %s', (error, says) => {
    const { code, message } = unreachable(gateway, error, 3000);
    expect(code).toBe('unavailable');
    expect(message).toContain(says);
  });
});

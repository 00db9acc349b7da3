import { describe, expect, it } from '@jest/globals';
import { classifyAnswer } from './classify-answer.js';
import { classifyMailError } from './classify-mail-error.js';

const mailError = (code: string, responseCode?: number) =>
  Object.assign(new Error('Mail command failed: 550 no\r\nsecond line'), { code, responseCode });

describe('classifyMailError', () => {
  it.each([
    ['an unknown recipient', 'EENVELOPE', 550, 'refused'],
    ['a greylisted recipient', 'EENVELOPE', 450, 'retry'],
    ['rejected content', 'EMESSAGE', 554, 'refused'],
    ['content that is deferred', 'EMESSAGE', 451, 'retry'],
    ['commands in the wrong order', 'EENVELOPE', 503, 'retry'],
    ['an invalid address', 'EENVELOPE', undefined, 'refused'],
    ['a refused login', 'EAUTH', 535, 'retry'],
    ['a greeting that refuses the connection', 'EPROTOCOL', 554, 'retry'],
    ['missing TLS', 'ETLS', undefined, 'retry'],
    ['a broken connection', 'ECONNECTION', undefined, 'retry'],
  ])('%s', (_what, code, responseCode, kind) => {
    expect(classifyMailError(mailError(code, responseCode))).toEqual({
      kind,
      reason: 'Mail command failed: 550 no second line',
    });
  });

  it('handles values that are not errors', () => {
    expect(classifyMailError('odd')).toEqual({ kind: 'retry', reason: 'odd' });
  });
});

describe('classifyAnswer', () => {
  it.each([
    [200, 'sent'],
    [204, 'sent'],
    [301, 'refused'],
    [307, 'refused'],
    [400, 'refused'],
    [401, 'refused'],
    [404, 'retry'],
    [410, 'refused'],
    [429, 'retry'],
    [500, 'retry'],
    [503, 'retry'],
    [101, 'retry'],
  ])('%s: %s', (status, kind) => {
    expect(classifyAnswer({ status, retryAfterMs: null, text: '' }).kind).toBe(kind);
  });

  it('waits as long as the server asks, up to 15 minutes', () => {
    const answer = (retryAfterMs: number) =>
      classifyAnswer({ status: 429, retryAfterMs, text: 'slow\ndown' });
    expect(answer(30_000)).toEqual({
      kind: 'retry',
      reason: 'the server answered 429: slow down',
      afterMs: 30_000,
    });
    expect(answer(1e9)).toMatchObject({ afterMs: 900_000 });
  });
});

import { describe, expect, it } from '@jest/globals';
import { readPoll, readRefresh, readSignIn } from './read-device-answer.js';

const answer = (status: number, body: object | string) => ({
  status,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const SIGN_IN = { device_code: 'd', user_code: 'u', verification_uri: 'https://id.example.com/device' };

describe('readSignIn', () => {
  it.each<[object, object]>([
    [{}, { expiresInSeconds: 600, intervalSeconds: 5, verificationUriComplete: null }],
    [
      { expires_in: 900, interval: 2.5 },
      { expiresInSeconds: 900, intervalSeconds: 3 },
    ],
    [
      { expires_in: '900', interval: '7' },
      { expiresInSeconds: 900, intervalSeconds: 7 },
    ],
    [
      { expires_in: 1e9, interval: 1e9 },
      { expiresInSeconds: 3_600, intervalSeconds: 60 },
    ],
    [
      { expires_in: -1, interval: 0 },
      { expiresInSeconds: 600, intervalSeconds: 5 },
    ],
    [{ verification_uri_complete: 'javascript:alert(1)' }, { verificationUriComplete: null }],
    [
      { verification_uri: undefined, verification_url: 'https://id.example.com/old' },
      { verificationUri: 'https://id.example.com/old' },
    ],
  ])('with %j', (changes, expected) => {
    const read = readSignIn(answer(200, { ...SIGN_IN, ...changes }));
    expect(read).toMatchObject({ kind: 'begun', signIn: { deviceCode: 'd', userCode: 'u', ...expected } });
  });

  it.each(['device_code', 'user_code', 'verification_uri'])('needs %s', (field) => {
    expect(readSignIn(answer(200, { ...SIGN_IN, [field]: 7 }))).toMatchObject({ kind: 'problem' });
  });
});

describe('readPoll', () => {
  it.each<[number, object | string, string]>([
    [400, { error: 'authorization_pending' }, 'pending'],
    [428, { error: 'authorization_pending' }, 'pending'],
    [400, { error: 'slow_down' }, 'slow_down'],
    [429, 'too many', 'slow_down'],
    [400, { error: 'access_denied' }, 'denied'],
    [400, { error: 'authorization_declined' }, 'denied'],
    [400, { error: 'expired_token' }, 'expired'],
    [400, { error: 'invalid_grant' }, 'expired'],
    [400, { error: 'bad_verification_code' }, 'expired'],
    [401, { error: 'invalid_client' }, 'problem'],
    [400, { error: 'toString' }, 'problem'],
    [400, 'no JSON', 'problem'],
    [500, '', 'problem'],
    [200, {}, 'problem'],
    [200, { id_token: 'x'.repeat(16_385) }, 'problem'],
    [200, { id_token: 'opaque' }, 'signed_in'],
  ])('status %d with %j: %s', (status, body, kind) => {
    expect(readPoll(answer(status, body), 0).kind).toBe(kind);
  });

  it('quotes nothing from an error that could harm a log', () => {
    const read = readPoll(answer(400, { error: 'x\n"forged": line' }), 0);
    expect(read).toEqual({ kind: 'problem', reason: 'it answered with status 400' });
  });
});

describe('readRefresh', () => {
  const token = `e30.${Buffer.from('{"exp":100}').toString('base64url')}.x`;

  it('keeps its refresh token if no new one is returned', () => {
    expect(readRefresh(answer(200, { id_token: token }), 'old', 40_500)).toEqual({
      kind: 'signed_in',
      token,
      refreshToken: 'old',
      expiresInSeconds: 59,
    });
  });

  it.each<[number, object, string]>([
    [400, { error: 'invalid_grant' }, 'denied'],
    [400, { error: 'invalid_request' }, 'problem'],
    [503, {}, 'problem'],
    [200, { access_token: 'only' }, 'problem'],
  ])('status %d with %j: %s', (status, body, kind) => {
    expect(readRefresh(answer(status, body), 'old', 0).kind).toBe(kind);
  });
});

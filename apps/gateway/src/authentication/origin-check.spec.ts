import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { OriginCheck } from './origin-check.js';

const publicOrigin = 'https://proctor.example.com';

function isAccepted(
  origin: string | undefined,
  isAuthenticationOn: boolean,
  { isByCookie = false, method = 'GET' } = {},
): boolean {
  const request = { raw: {} as IncomingMessage, headers: { origin }, host: 'localhost:5001', method };
  try {
    new OriginCheck(publicOrigin, isAuthenticationOn).check(request, isByCookie);
    return true;
  } catch (error) {
    const hint = origin === undefined ? 'access token' : 'PROCTOR_PUBLIC_URL';
    expect(error).toMatchObject({ code: 'forbidden', hint: expect.stringContaining(hint) });
    return false;
  }
}

describe('OriginCheck', () => {
  it.each([
    [undefined, true],
    ['http://localhost:5001', true],
    ['https://LOCALHOST:5001', true],
    [publicOrigin, true],
    ['http://localhost:5002', false],
    ['http://proctor.example.com', false],
    ['https://proctor.example.com.evil.example', false],
    ['null', false],
    ['', false],
    ['file://localhost:5001', false],
  ])('accepts origin %j while authentication is off: %s', (origin, expected) => {
    expect(isAccepted(origin, false)).toBe(expected);
  });

  it('accepts any origin while authentication is on', () => {
    expect(isAccepted('https://evil.example', true)).toBe(true);
  });

  it.each([
    ['POST', 'http://localhost:5001', true],
    ['POST', publicOrigin, true],
    ['POST', 'https://evil.example', false],
    ['DELETE', 'http://other.localhost:5001', false],
    ['PATCH', 'null', false],
    ['POST', undefined, false],
    ['GET', undefined, true],
    ['HEAD', 'https://evil.example', true],
  ])('%s with the cookie of a session and the origin %j: %s', (method, origin, expected) => {
    expect(isAccepted(origin, true, { isByCookie: true, method })).toBe(expected);
  });
});

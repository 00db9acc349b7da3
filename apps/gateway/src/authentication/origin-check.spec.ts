import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { OriginCheck } from './origin-check.js';

const publicOrigin = 'https://proctor.example.com';

function isAccepted(origin: string | undefined, isAuthenticationOn: boolean): boolean {
  const request = { raw: {} as IncomingMessage, headers: { origin }, host: 'localhost:5001' };
  try {
    new OriginCheck(publicOrigin, isAuthenticationOn).check(request);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'forbidden', hint: expect.stringContaining('PROCTOR_PUBLIC_URL') });
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
});

import { describe, expect, it } from '@jest/globals';
import { canKeepCookie, readSessionCookie, removedCookies, sessionCookie } from './session-cookie.js';

const SECRET = 'a_-Z'.repeat(11).slice(0, 43);

describe('readSessionCookie', () => {
  const [secure, plain] = [`__Host-proctor=${SECRET}`, `proctor=${SECRET}`];
  it.each([
    ['secure', 'proctor.example.com', secure, SECRET],
    ['secure, on loopback', 'localhost:5001', secure, SECRET],
    ['among others', 'proctor.example.com', `theme=dark; ${secure};x=`, SECRET],
    ['plain, on loopback', '127.0.0.1:5001', plain, SECRET],
    ['plain, on loopback of IPv6', '[::1]:5001', plain, SECRET],
    ['plain, elsewhere: another subdomain could have set it', 'proctor.example.com', plain, null],
    ['plain, for a name that only looks like loopback', 'localhost.example.com', plain, null],
    ['twice', 'proctor.example.com', `${secure}; ${secure}`, null],
    ['too short', 'proctor.example.com', secure.slice(0, -1), null],
    ['too long', 'proctor.example.com', `${secure}a`, null],
    ['with other characters', 'proctor.example.com', `__Host-proctor=${'é'.repeat(43)}`, null],
    ['quoted', 'proctor.example.com', `__Host-proctor="${SECRET}"`, null],
    ['another name', 'proctor.example.com', `x__Host-proctor=${SECRET}; proctor2=${SECRET}`, null],
    ['empty', 'proctor.example.com', '', null],
  ])('%s', (_what, host, cookie, expected) => {
    expect(readSessionCookie({ host: [host], cookie: [cookie] })).toBe(expected);
  });

  it('none', () => expect(readSessionCookie({})).toBeNull());
});

describe('the cookie that is set', () => {
  it.each([
    [{ host: 'proctor.example.com', isHttps: true }, true],
    [{ host: 'localhost:5001', isHttps: false }, true],
    [{ host: 'localhost:5001', isHttps: true }, true],
  ])('is read again: %j', (address, expected) => {
    expect(canKeepCookie(address)).toBe(expected);
    const cookie = sessionCookie(SECRET, address);
    expect(cookie).toMatch(/; HttpOnly; SameSite=Lax/);
    expect(cookie.includes('Secure')).toBe(address.isHttps);
    expect(readSessionCookie({ host: [address.host], cookie: [cookie.split(';')[0] ?? ''] })).toBe(SECRET);
  });

  it('is not kept over http elsewhere', () => {
    expect(canKeepCookie({ host: 'proctor.example.com', isHttps: false })).toBe(false);
  });

  it('is removed under both names', () => {
    expect(removedCookies()).toEqual([
      '__Host-proctor=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0',
      'proctor=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0',
    ]);
  });
});

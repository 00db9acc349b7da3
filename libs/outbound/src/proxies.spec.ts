import { describe, expect, it } from '@jest/globals';
import { proxyFor } from './proxies.js';

const http = new URL('http://plain-proxy:3128');
const https = new URL('http://tls-proxy:3128');
const through = (address: string, noProxy = '') =>
  proxyFor(new URL(address), { http, https, exceptions: noProxy.split(',').filter(Boolean) })?.hostname ??
  null;

describe('proxyFor', () => {
  it.each([
    ['http://a.example', 'plain-proxy'],
    ['ws://a.example', 'plain-proxy'],
    ['https://a.example', 'tls-proxy'],
    ['wss://a.example', 'tls-proxy'],
    ['http://localhost:5001', null],
    ['http://127.0.0.1:5001', null],
    ['http://127.1:5001', null],
    ['https://[::1]', null],
  ])('leads %s through %s', (address, proxy) => {
    expect(through(address)).toBe(proxy);
  });

  it('has no proxy of its own for https', () => {
    expect(proxyFor(new URL('https://a.example'), { http, https: null, exceptions: [] })).toBeNull();
  });

  it.each([
    ['*', 'https://a.example', true],
    ['example', 'https://a.example', true],
    ['.example', 'https://a.example', true],
    ['*.example', 'https://a.example', true],
    ['A.Example', 'https://a.example', true],
    ['a.example', 'https://a.example.org', false],
    ['a.example', 'https://ba.example', false],
    ['a.example:443', 'https://a.example', true],
    ['a.example:80', 'https://a.example', false],
    ['a.example:8443', 'https://a.example:8443', true],
    ['10.1.2.3', 'http://10.1.2.3:5000', true],
    ['3.4.5.6', 'http://2.3.4.5', false],
    ['10.0.0.0/8', 'http://10.1.2.3:5000', true],
    ['10.0.0.0/8', 'http://11.1.2.3', false],
    ['10.0.0.0/8', 'http://ten.example', false],
    ['10.0.0.0/99', 'http://10.1.2.3', false],
    ['fd00::/8', 'http://[fd12::1]:5000', true],
    ['fd12::1', 'http://[fd12::1]:5000', true],
    ['[fd12::1]:5000', 'http://[fd12::1]:5000', true],
    ['[fd12::1]:80', 'http://[fd12::1]:5000', false],
    ['nothing', 'https://a.example', false],
  ])('NO_PROXY=%s for %s: %s', (noProxy, address, isDirect) => {
    expect(through(address, `other.test,${noProxy}`) === null).toBe(isDirect);
  });
});

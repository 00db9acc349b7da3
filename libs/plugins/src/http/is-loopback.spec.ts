import { describe, expect, it } from '@jest/globals';
import { isLoopback } from './is-loopback.js';

describe('isLoopback', () => {
  it.each([
    ['http://localhost:80/', true],
    ['http://127.0.0.1/', true],
    ['http://127.1/', true],
    ['http://127.255.0.9/', true],
    ['http://[::1]:1/', true],
    ['http://128.0.0.1/', false],
    ['http://127.0.0.1.example.com/', false],
    ['http://localhost.example.com/', false],
    ['http://[::2]/', false],
    ['http://0.0.0.0/', false],
  ])('%s: %s', (address, expected) => {
    expect(isLoopback(new URL(address))).toBe(expected);
  });
});

import { describe, expect, it } from '@jest/globals';
import { keepAddresses } from './trust-proxy.js';

describe('keepAddresses', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1,  2001:db8::1 ,10.0.0.1', '192.0.2.1, 2001:db8::1, 10.0.0.1'],
    ['192.0.2.1:5122, [2001:db8::1]:443, [::1]', '192.0.2.1, 2001:db8::1, ::1'],
    ['192.0.2.1, unknown, 10.0.0.1', '10.0.0.1'],
    ['192.0.2.1, <script>', ''],
    ['192.0.2.1, 10.0.0.1, [nonsense]', ''],
    [' , 192.0.2.1, ', '192.0.2.1'],
    ['999.0.2.1:80', ''],
    ['', ''],
  ])('keeps of %j %j', (header, kept) => {
    expect(keepAddresses(header)).toBe(kept);
  });
});

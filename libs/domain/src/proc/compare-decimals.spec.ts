import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareDecimals } from './compare-decimals.js';

describe('compareDecimals', () => {
  it.each([
    ['12345678901234567890', '12345678901234567891', -1],
    ['0.1', '0.10000000000000000001', -1],
    ['1e3', '1000.0', 0],
    ['1000', '1E+3', 0],
    ['.5', '0.50', 0],
    ['5.', '+5', 0],
    ['-0', '0.000', 0],
    ['-2', '1e-400', -1],
    ['-1', '-10', 1],
    ['-1.5', '-1.50', 0],
    ['1e-400', '0', 1],
    ['99', '100', -1],
    ['007', '7', 0],
  ])('%s and %s: %d', (a, b, order) => {
    expect(Math.sign(compareDecimals(a, b))).toBe(order);
    expect(Math.sign(compareDecimals(b, a))).toBe(0 - order);
  });

  it('agrees with the order of numbers', () => {
    const numbers = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        expect(Math.sign(compareDecimals(String(a), String(b)))).toBe(Math.sign(a > b ? 1 : a < b ? -1 : 0));
      }),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareQuantities, isWhole, parseQuantity } from './quantity.js';

const whole = (units: bigint | number) => BigInt(units) * 1_000_000_000n;

describe('parseQuantity', () => {
  it.each<[string, bigint]>([
    ['1', whole(1)],
    ['0', 0n],
    ['100m', 100_000_000n],
    ['1.5', 1_500_000_000n],
    ['.5', 500_000_000n],
    ['5.', whole(5)],
    ['+2', whole(2)],
    ['2e3', whole(2000)],
    ['2E3', whole(2000)],
    ['1e-3', 1_000_000n],
    ['128Mi', whole(128 * 1024 ** 2)],
    ['1.5Gi', whole(1.5 * 1024 ** 3)],
    ['7Ei', whole(7n * 1024n ** 6n)],
    ['1k', whole(1000)],
    ['1E', whole(10n ** 18n)],
    ['1u', 1000n],
    ['1n', 1n],
    ['0.1n', 1n],
    ['9223372036854775807', whole(2n ** 63n - 1n)],
  ])('reads %s', (text, nanos) => {
    expect(parseQuantity(text)).toBe(nanos);
  });

  it.each([
    ...[
      '',
      '.',
      '-1',
      'm',
      '1 Mi',
      ' 1',
      '1Mb',
      '1mi',
      '1K',
      '1ki',
      '1e',
      '1e1.5',
      '1_000',
      '0x1',
      '1,5',
      '1\n',
    ],
    ...['١', '1e9999', '9223372036854775808', '8Ei', '1'.repeat(41)],
  ])('refuses %j', (text) => {
    expect(parseQuantity(text)).toBeNull();
  });
});

describe('compareQuantities', () => {
  it.each<[string, string, number]>([
    ['1', '1000m', 0],
    ['128Mi', '134217728', 0],
    ['999m', '1', -1],
    ['1Gi', '1G', 1],
    ['0.1', '100m', 0],
  ])('%s against %s', (a, b, expected) => {
    expect(compareQuantities(a, b)).toBe(expected);
  });

  it('orders whole numbers numerically in every notation', () => {
    const spelling = fc.constantFrom<(n: number) => string>(
      String,
      (n) => `${n}000m`,
      (n) => `${n}e0`,
      (n) => `${n}.0`,
      (n) => `0.${String(n).padStart(6, '0')}M`,
    );
    const number = fc.nat(999_999);
    fc.assert(
      fc.property(number, number, spelling, spelling, (a, b, spellA, spellB) => {
        expect(compareQuantities(spellA(a), spellB(b))).toBe(Math.sign(a - b));
      }),
    );
  });

  it('throws for text that is not a quantity', () => {
    expect(() => compareQuantities('1', 'much')).toThrow('much');
  });
});

describe('isWhole', () => {
  it.each([
    ['1', true],
    ['3000m', true],
    ['1500m', false],
    ['0.5Ki', true],
  ])('%s: %s', (text, expected) => {
    expect(isWhole(parseQuantity(text) ?? -1n)).toBe(expected);
  });
});

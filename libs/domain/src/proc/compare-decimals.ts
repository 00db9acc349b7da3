const DECIMAL = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/;

interface Decimal {
  sign: -1 | 0 | 1;
  /** Of the first digit that is not 0. */
  exponent: number;
  /** Without zeros at either end. */
  digits: string;
}

/**
 * Compares two decimal numbers by their text, exactly for any number of digits: negative if `a` is less, 0 if they are
 * equal. Both must be numbers such as `-1.50` or `2e6`.
 */
export function compareDecimals(a: string, b: string): number {
  const [x, y] = [parseDecimal(a), parseDecimal(b)];
  if (x.sign !== y.sign) return x.sign - y.sign;
  if (x.exponent !== y.exponent) return x.sign * (x.exponent - y.exponent);
  if (x.digits === y.digits) return 0;
  return x.digits < y.digits ? -x.sign : x.sign;
}

function parseDecimal(text: string): Decimal {
  const [, sign, integer = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  const significant = (integer + fraction).replace(/^0+/, '');
  if (significant === '') return { sign: 0, exponent: 0, digits: '' };
  const leadingZeros = integer.length + fraction.length - significant.length;
  return {
    sign: sign === '-' ? -1 : 1,
    exponent: integer.length - leadingZeros + Number(exponent),
    digits: withoutTrailingZeros(significant),
  };
}

/** Not a regular expression, which would take quadratic time for many zeros inside. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}

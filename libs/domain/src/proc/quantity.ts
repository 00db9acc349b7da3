/** Kubernetes' quantities: `100m`, `1.5`, `128Mi`, `2e3`. */
const QUANTITY = /^\+?(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:([KMGTPE]i)|([numkMGTPE])|[eE]([+-]?\d{1,3}))?$/;
const MAX_LENGTH = 40;

const BINARY_SUFFIXES = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const POWERS_OF_TEN: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};

/** Kubernetes keeps at most this many digits after the decimal point, and rounds up. */
const NANO_DIGITS = 9;
const NANO = 10n ** BigInt(NANO_DIGITS);
const MAX_WHOLE = 2n ** 63n - 1n;

/**
 * Parses a quantity into billionths of its unit, rounded up. Returns null if Kubernetes could not store the text as it is,
 * or if it is negative.
 */
export function parseQuantity(text: string): bigint | null {
  const match = text.length <= MAX_LENGTH ? QUANTITY.exec(text) : null;
  if (!match) return null;
  const [, whole = '', fraction = '', onlyFraction = '', binary, decimal, exponent] = match;
  const digits = BigInt(whole + fraction + onlyFraction);
  const factor = binary === undefined ? 1n : 1024n ** BigInt(BINARY_SUFFIXES.indexOf(binary) + 1);
  const power = decimal === undefined ? Number(exponent ?? 0) : (POWERS_OF_TEN[decimal] ?? 0);
  const nanos = shift(digits * factor, power + NANO_DIGITS - (fraction + onlyFraction).length);
  return nanos <= MAX_WHOLE * NANO ? nanos : null;
}

/** Compares two quantities, for `sort`. @throws Error if a text is not a quantity */
export function compareQuantities(a: string, b: string): number {
  const difference = mustParse(a) - mustParse(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Returns true for a quantity without a fraction, such as 2, `1Ki` or `3000m`. */
export function isWhole(nanos: bigint): boolean {
  return nanos % NANO === 0n;
}

function mustParse(text: string): bigint {
  const quantity = parseQuantity(text);
  if (quantity === null) throw new Error(`"${text}" is not a quantity such as 100m or 128Mi`);
  return quantity;
}

function shift(value: bigint, powerOfTen: number): bigint {
  if (powerOfTen >= 0) return value * 10n ** BigInt(powerOfTen);
  const divisor = 10n ** BigInt(-powerOfTen);
  return (value + divisor - 1n) / divisor;
}

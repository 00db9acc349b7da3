import type { Random } from '../random.js';

/** Values that have broken programs before. */
const NASTY_TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\u202e\u200b\ufeff',
  '../../etc/passwd',
  '..%2f..%2f',
  '%',
  '%00',
  '%s%n%d',
  '__proto__',
  'constructor',
  'null',
  '-1',
  '1e309',
  '9007199254740993',
  '18446744073709551616',
  "'; drop table proc; --",
  '$(reboot)',
  '{{7*7}}',
  '<script>alert(1)</script>',
  '\r\nSet-Cookie: a=b',
  '\u001b[2J',
  '(a+)+$',
  'ａｄｍｉｎ@example.com',
  'NOBODY@EXAMPLE.COM',
  '0000-00-00T00:00:00Z',
  '9999999-12-31T23:59:59Z',
  '* * * * * * * *',
  'a'.repeat(5_000),
  '😀'.repeat(500),
];
const NASTY_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  [],
  {},
  [[[[[[]]]]]],
  { toString: 1, valueOf: 2 },
];

export function nastyText(random: Random): string {
  return random.chance(0.2)
    ? String.fromCharCode(...Array.from({ length: random.integer(1, 20) }, () => random.integer(0, 0xffff)))
    : random.pick(NASTY_TEXTS);
}

const nastyValue = (random: Random): unknown =>
  // A copy, because the next change may change it.
  random.chance(0.6) ? nastyText(random) : structuredClone(random.pick(NASTY_VALUES));

/** A copy in which one to three places have another value, are missing, or hold something more. */
export function mutateValue(value: unknown, random: Random): unknown {
  const copy = structuredClone(value);
  const holder = { root: copy };
  for (let left = random.integer(1, 3); left > 0; left -= 1) change(holder, random);
  return holder.root;
}

type Container = Record<string, unknown> | unknown[];

function change(root: Container, random: Random): void {
  const places = [...placesOf(root)];
  if (places.length === 0) return;
  const { at, key } = random.pick(places);
  const target = at as Record<string, unknown>;
  switch (random.integer(0, 4)) {
    case 0:
      return void (target[key] = nastyValue(random));
    case 1:
      return Array.isArray(at) ? void at.splice(Number(key), 1) : void delete target[key];
    case 2:
      return void (target[key] = [target[key], nastyValue(random)]);
    case 3:
      return void (target[key] = many(target[key], random));
    default:
      if (Array.isArray(at)) at.push(nastyValue(random));
      else define(target, nastyText(random), nastyValue(random));
  }
}

/** Also `__proto__`, which an assignment would not create. */
const define = (target: Record<string, unknown>, key: string, value: unknown) =>
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });

function* placesOf(at: Container): Generator<{ at: Container; key: string }> {
  for (const [key, value] of Object.entries(at)) {
    yield { at, key };
    if (typeof value === 'object' && value !== null) yield* placesOf(value as Container);
  }
}

const MANY = 300;
const VERY_MANY = 85_000;
/** Larger bodies prove no more, and making them would hold up this process and its clocks. */
const MAX_CHARACTERS = 2_000_000;

/** The same again and again, or an object with as many names. */
function many(value: unknown, random: Random): unknown {
  const count = random.chance(0.01) ? VERY_MANY : random.integer(2, MANY);
  const characters = (JSON.stringify(value) ?? '').length + 1;
  if (random.chance(0.5)) {
    // Copies, because a later change would grow all of them together.
    return Array.from({ length: Math.min(count, Math.ceil(MAX_CHARACTERS / characters)) }, () =>
      structuredClone(value),
    );
  }
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`N${at}`, 'x']));
}

/** Damage that no JSON value can express. */
export function damageText(text: string, random: Random): Buffer {
  switch (random.integer(0, 6)) {
    case 0:
      return Buffer.from(text.slice(0, random.integer(0, text.length)));
    case 1:
      return Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe, 0x00])]);
    case 2:
      return Buffer.from('['.repeat(random.integer(100, 20_000)) + text);
    case 3:
      return Buffer.from(text.replace('{', '{"name":"open-proc","name":"vault-proc",'));
    case 4:
      return Buffer.from(text.replace(/"[^"]*"$|\d+/, '1'.repeat(random.integer(10, 5_000))));
    case 5:
      return Buffer.from(`${text}${' '.repeat(random.integer(1, 2_000))}${text}`);
    default:
      return Buffer.from(text.replace(/"/g, "'"));
  }
}

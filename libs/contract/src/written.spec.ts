import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import { numberAsWritten, textAsWritten } from './as-written.js';
import { parseJson, parseWritten, stringifyJson, Written } from './written.js';

/** Numbers as JSON may write them. */
const numberText = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.constant('0'), fc.bigInt({ min: 1n, max: 10n ** 30n }).map(String)),
    fc.oneof(fc.constant(''), fc.stringMatching(/^\.\d{1,20}$/)),
    fc.oneof(fc.constant(''), fc.stringMatching(/^[eE][+-]?\d{1,2}$/)),
  )
  .map((parts) => parts.join(''));

const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString'));
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    numberText,
    fc.string().map((text) => JSON.stringify(text)),
    fc.constantFrom('true', 'false', 'null'),
    fc.array(tie('json'), { maxLength: 4 }).map((items) => `[${items.join(' , ')}]`),
    fc
      .uniqueArray(fc.tuple(key, tie('json')), { maxLength: 4, selector: ([name]) => name })
      .map((entries) => `{${entries.map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(',')}}`),
  ),
}));

/** What `JSON.parse` gives. */
const plain = (value: unknown): unknown => {
  if (value instanceof Written) return value.value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, plain(inner)] as const);
  return Object.fromEntries(entries);
};

describe('parseJson', () => {
  it('differs from JSON.parse only in the numbers whose text it keeps', () => {
    fc.assert(
      fc.property(json, (text) => {
        const wrapped = `[${text}]`;
        expect(plain(parseJson(wrapped))).toEqual(JSON.parse(wrapped));
        expect(JSON.parse(stringifyJson(parseJson(wrapped)))).toEqual(JSON.parse(wrapped));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the text of every number', () => {
    fc.assert(
      fc.property(numberText, (text) => {
        expect(stringifyJson(parseJson(`{"a": [${text}]}`))).toBe(`{"a":[${text}]}`);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['', '{', '[1.0,]', '{"a": 1.0', '[01.0]', '[1.0] x', '["\u0000", 1.0]', '[1.]', '[.5]', '[+1.0]'])(
    'refuses %j',
    (text) => expect(() => parseJson(text)).toThrow(SyntaxError),
  );

  it.each(['1.0,', '"1.0",', '-0,', ' 1', '[', '{"a":1.5},', '1234567890123456,'])(
    'takes linear time for many %j',
    (part) => {
      const startedAt = performance.now();
      try {
        parseJson(`[${part.repeat(100_000)}0]`);
      } catch {
        // Only the time counts.
      }
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    },
  );
});

describe('parseWritten', () => {
  const schema = z.object({
    text: textAsWritten(z.string().max(5)).nullish(),
    bound: numberAsWritten.nullish(),
    count: z.int().nullish(),
    on: z.boolean().nullish(),
    list: z.array(z.object({ count: z.int() })).nullish(),
  });

  it('gives texts and bounds what is written, and other fields the value', () => {
    const input = parseJson(
      '{"text": 1.0, "bound": 1e3, "count": 2.0, "list": [{"count": 3.0}, {"count": 4}]}',
    );
    const { data } = parseWritten(schema, input);
    expect(data).toEqual({
      text: '1.0',
      bound: new Written('1e3'),
      count: 2,
      list: [{ count: 3 }, { count: 4 }],
    });
  });

  it.each([
    ['{"text": 12345.0}', 'text'],
    ['{"text": [1.0]}', 'text'],
    ['{"bound": "1.0"}', 'bound'],
    ['{"bound": true}', 'bound'],
    ['{"count": 1.5}', 'count'],
    ['{"on": 1.0}', 'on'],
    ['{"list": [{"count": 1e400}]}', 'list.0.count'],
  ])('refuses %s', (text, field) => {
    const { error } = parseWritten(schema, parseJson(text));
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([field]);
  });
});

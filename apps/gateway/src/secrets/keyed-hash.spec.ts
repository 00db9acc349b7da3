import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { KeyedHash } from './keyed-hash.js';

const KEY = new Uint8Array(32).fill(7);

describe('KeyedHash', () => {
  const hash = new KeyedHash(KEY, 'test');

  it('ignores the order of keys, but not that of lists', () => {
    expect(hash.of({ a: 1, b: { c: 'x', d: 'y' } })).toBe(hash.of({ b: { d: 'y', c: 'x' }, a: 1 }));
    expect(hash.of(['a', 'b'])).not.toBe(hash.of(['b', 'a']));
  });

  it('treats undefined as omitted, and nothing else as equal', () => {
    expect(hash.of({ a: 1, b: undefined })).toBe(hash.of({ a: 1 }));
    const values = [{}, [], null, '', '{}', { a: '1' }, { a: 1 }, [['a', 1]], { a: null }, { a: {} }];
    expect(new Set(values.map((value) => hash.of(value))).size).toBe(values.length);
  });

  it('depends on the key and the purpose', () => {
    const value = { secret: '1234' };
    const hashes = [
      hash.of(value),
      new KeyedHash(KEY, 'other').of(value),
      new KeyedHash(new Uint8Array(32).fill(8), 'test').of(value),
      createHash('sha256').update(JSON.stringify(value)).digest('hex'),
    ];
    expect(new Set(hashes).size).toBe(4);
    expect(new KeyedHash(KEY, 'test').of(value)).toBe(hashes[0]);
  });
});

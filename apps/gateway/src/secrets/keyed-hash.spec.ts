import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { KeyedHash } from './keyed-hash.js';

const KEY = new Uint8Array(32).fill(7);
const OTHER_KEY = new Uint8Array(32).fill(8);

describe('KeyedHash', () => {
  const hash = new KeyedHash([KEY], 'test');

  it('ignores the order of keys, but not that of lists', () => {
    expect(hash.of({ a: 1, b: { c: 'x', d: 'y' } }).hash).toBe(hash.of({ b: { d: 'y', c: 'x' }, a: 1 }).hash);
    expect(hash.of(['a', 'b']).hash).not.toBe(hash.of(['b', 'a']).hash);
  });

  it('treats undefined as omitted, and nothing else as equal', () => {
    expect(hash.of({ a: 1, b: undefined }).hash).toBe(hash.of({ a: 1 }).hash);
    const values = [{}, [], null, '', '{}', { a: '1' }, { a: 1 }, [['a', 1]], { a: null }, { a: {} }];
    expect(new Set(values.map((value) => hash.of(value).hash)).size).toBe(values.length);
  });

  it('depends on the key and the purpose', () => {
    const value = { secret: '1234' };
    const hashes = [
      hash.of(value).hash,
      new KeyedHash([KEY], 'other').of(value).hash,
      new KeyedHash([OTHER_KEY], 'test').of(value).hash,
      createHash('sha256').update(JSON.stringify(value)).digest('hex'),
    ];
    expect(new Set(hashes).size).toBe(4);
    expect(new KeyedHash([KEY], 'test').of(value).hash).toBe(hashes[0]);
  });

  it('has the hashes under the keys that are accepted too', () => {
    const { hash: old } = hash.of('value');
    const rotated = new KeyedHash([OTHER_KEY, KEY], 'test').of('value');
    expect(rotated.others).toEqual([old]);
    expect(rotated.hash).toBe(new KeyedHash([OTHER_KEY], 'test').of('value').hash);
  });
});

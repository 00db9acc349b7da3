import { describe, expect, it } from '@jest/globals';
import { BoundedMap } from './bounded-map.js';

const keysOf = <V>(map: BoundedMap<string, V>) => ['a', 'b', 'c', 'd'].filter((key) => map.has(key));

describe('BoundedMap', () => {
  it('evicts the oldest entry when it is full', () => {
    const evicted: [string, number][] = [];
    const map = new BoundedMap<string, number>({
      maxSize: 2,
      onEvict: (value, key) => evicted.push([key, value]),
    });
    map.set('a', 1);
    map.set('b', 2);
    map.set('c', 3);
    expect([keysOf(map), evicted]).toEqual([['b', 'c'], [['a', 1]]]);
    expect([map.get('a'), map.get('b')]).toEqual([undefined, 2]);
  });

  it('makes an entry the newest with set and use, but not with get', () => {
    const map = new BoundedMap<string, number>({ maxSize: 3 });
    for (const key of ['a', 'b', 'c']) map.set(key, 0);
    map.set('a', 1);
    expect([map.use('b'), map.get('c')]).toEqual([0, 0]);
    map.set('d', 0);
    expect(keysOf(map)).toEqual(['a', 'b', 'd']);
    expect([map.get('a'), map.use('c')]).toEqual([1, undefined]);
  });

  it('creates a value once, and uses it from then on', () => {
    const map = new BoundedMap<string, string>({ maxSize: 2 });
    const create = (key: string) => key.toUpperCase();
    expect([map.useOrCreate('a', create), map.useOrCreate('b', create)]).toEqual(['A', 'B']);
    map.set('a', 'changed');
    expect(map.useOrCreate('a', create)).toBe('changed');
    map.set('c', 'C');
    expect(keysOf(map)).toEqual(['a', 'c']);
  });

  it('does not keep what could not be created', () => {
    const map = new BoundedMap<string, string>({ maxSize: 2 });
    const fail = () => {
      throw new Error('not now');
    };
    expect(() => map.useOrCreate('a', fail)).toThrow('not now');
    expect(map.has('a')).toBe(false);
  });

  it('counts entries by their size, also when they are replaced or deleted', () => {
    const map = new BoundedMap<string, string>({ maxSize: 10, sizeOf: (value) => value.length });
    map.set('a', '12345678');
    map.set('a', '1234');
    map.set('b', '123456');
    expect(keysOf(map)).toEqual(['a', 'b']);
    map.delete('a');
    map.delete('a');
    map.set('c', '1234');
    expect(keysOf(map)).toEqual(['b', 'c']);
    map.set('d', '12345678901');
    expect(keysOf(map)).toEqual([]);
    map.set('a', '1234567890');
    expect(keysOf(map)).toEqual(['a']);
    map.clear();
    map.set('b', '1234567890');
    expect(keysOf(map)).toEqual(['b']);
  });
});

import { describe, expect, it } from '@jest/globals';
import { ApiError } from './api-error.js';
import { parseLabelSelector } from './label-selector.js';

describe('parseLabelSelector', () => {
  it.each<[string, Record<string, string>, boolean]>([
    ['', {}, true],
    ['a=b', { a: 'b' }, true],
    ['a==b', { a: 'c' }, false],
    ['a = b', { a: 'b' }, true],
    ['a!=b', {}, true],
    ['a!=b', { a: 'b' }, false],
    ['a=', { a: '' }, true],
    ['a in (b, c)', { a: 'c' }, true],
    ['a in (b,c)', {}, false],
    ['a notin (b,c)', {}, true],
    ['a notin (b,c)', { a: 'b' }, false],
    ['a', { a: '' }, true],
    ['!a', { a: '' }, false],
    ['x.y/a=b,c in (d,e),!f', { 'x.y/a': 'b', c: 'e' }, true],
    ['x.y/a=b,c in (d,e),!f', { 'x.y/a': 'b', c: 'e', f: '1' }, false],
  ])('%s on %j: %s', (text, labels, matches) => {
    expect(parseLabelSelector(text)(labels)).toBe(matches);
  });

  it.each(['=', 'a=b=c', 'a in b', 'a in (b', ',', 'a=b,', '-a', 'a=-b', 'a b'])('refuses %j', (text) => {
    expect(() => parseLabelSelector(text)).toThrow(ApiError);
  });
});

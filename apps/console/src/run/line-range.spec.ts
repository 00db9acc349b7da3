import { expect, it } from '@jest/globals';
import { extendRange, parseLineRange } from './line-range.js';

it.each([
  ['#L7', { first: 7, last: 7 }],
  ['#L120-L140', { first: 120, last: 140 }],
  ['#L9-L3', { first: 3, last: 9 }],
  ['#L0', null],
  ['#L', null],
  ['', null],
])('reads %j as %j', (hash, range) => {
  expect(parseLineRange(hash)).toEqual(range);
});

it('extends a range to another line, in either direction', () => {
  expect(extendRange(null, 5)).toBe('#L5');
  expect(extendRange({ first: 5, last: 5 }, 9)).toBe('#L5-L9');
  expect(extendRange({ first: 5, last: 9 }, 2)).toBe('#L2-L5');
});

import { expect, it } from '@jest/globals';
import { plainLine } from './filter-controls.js';

it('shows marks of text direction, which would make a name read as another', () => {
  expect(plainLine('a\u202egol\u2066\u200f')).toBe('a\\u202egol\\u2066\\u200f');
});

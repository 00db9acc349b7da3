import { describe, expect, it } from '@jest/globals';
import { nearestWord } from './nearest-word.js';

describe('nearestWord', () => {
  it.each([
    ['requird', 'required'],
    ['Image_Name', 'image_name'],
    ['xyz', null],
    ['', null],
  ])('%s: %s', (word, nearest) => {
    expect(nearestWord(word, ['required', 'image_name'])).toBe(nearest);
  });

  it('finds no word that shares no letter', () => {
    expect(nearestWord('x', ['a', 'ab'])).toBeNull();
  });

  it('finds a word that goes on', () => {
    const names = ['fail-with-code', 'say-hello-world'];
    expect(nearestWord('say-hello', names)).toBe('say-hello-world');
    expect(nearestWord('sa', names)).toBeNull();
  });
});

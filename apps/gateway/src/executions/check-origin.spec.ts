import { describe, expect, it } from '@jest/globals';
import { isOwnOrigin } from './check-origin.js';

describe('isOwnOrigin', () => {
  const publicOrigin = 'https://proctor.example.com';
  it.each([
    [undefined, true],
    ['http://localhost:5001', true],
    ['https://LOCALHOST:5001', true],
    [publicOrigin, true],
    ['http://localhost:5002', false],
    ['http://proctor.example.com', false],
    ['https://proctor.example.com.evil.example', false],
    ['null', false],
    ['', false],
    ['file://localhost:5001', false],
  ])('%j: %s', (origin, expected) => {
    expect(isOwnOrigin(origin, 'localhost:5001', publicOrigin)).toBe(expected);
  });
});

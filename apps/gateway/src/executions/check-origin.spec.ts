import { describe, expect, it } from '@jest/globals';
import { isOwnOrigin } from './check-origin.js';
import { hashBody } from './hash-body.js';

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

describe('hashBody', () => {
  it('does not depend on the order of keys, and on nothing less', () => {
    const hash = hashBody({ name: 'p', args: { A: '1', B: '2' } });
    expect(hashBody({ args: { B: '2', A: '1' }, name: 'p', callback_url: undefined })).toBe(hash);
    expect(hashBody({ name: 'p', args: { A: '2', B: '1' } })).not.toBe(hash);
    expect(hashBody({ name: 'p', args: { A: '1', B: '2', __proto_: '' } })).not.toBe(hash);
  });
});

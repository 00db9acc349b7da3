import { describe, expect, it } from '@jest/globals';
import { isKept, makeWebFile } from './web-file.js';

const file = makeWebFile('text/css', 'a {}');

describe('makeWebFile', () => {
  it('has the same tag for the same content only', () => {
    expect(makeWebFile('text/plain', Buffer.from('a {}')).etag).toBe(file.etag);
    expect(makeWebFile('text/css', 'b {}').etag).not.toBe(file.etag);
    expect(file.etag).toMatch(/^"[\w-]{43}"$/);
  });
});

describe('isKept', () => {
  it.each<[string | undefined, boolean]>([
    [undefined, false],
    ['', false],
    [file.etag, true],
    [`W/${file.etag}`, true],
    [`"other", ${file.etag}`, true],
    ['*', true],
    ['"other"', false],
    [file.etag.slice(1, -1), false],
  ])('%j: %s', (header, expected) => expect(isKept(file, header)).toBe(expected));
});

import { describe, expect, it } from '@jest/globals';
import { isCached, makeWebFile } from './web-file.js';

const file = makeWebFile('text/css', 'a {}');

describe('makeWebFile', () => {
  it('gives the same ETag to the same content only', () => {
    expect(makeWebFile('text/plain', Buffer.from('a {}')).etag).toBe(file.etag);
    expect(makeWebFile('text/css', 'b {}').etag).not.toBe(file.etag);
    expect(file.etag).toMatch(/^"[\w-]{43}"$/);
  });
});

describe('isCached', () => {
  it.each<[string | undefined, boolean]>([
    [undefined, false],
    ['', false],
    [file.etag, true],
    [`W/${file.etag}`, true],
    [`"other", ${file.etag}`, true],
    ['*', true],
    ['"other"', false],
    [file.etag.slice(1, -1), false],
  ])('%j: %s', (header, expected) => expect(isCached(file, header)).toBe(expected));
});

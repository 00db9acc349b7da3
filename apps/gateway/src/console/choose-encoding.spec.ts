import { expect, it } from '@jest/globals';
import { chooseEncoding } from './choose-encoding.js';

const asset = {
  contentType: 'text/css',
  plain: Buffer.from('p'),
  br: Buffer.from('b'),
  gzip: Buffer.from('g'),
};

it.each([
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip;q=0.8, br;q=0', 'gzip'],
  ['GZIP', 'gzip'],
  ['identity', null],
  ['', null],
  [undefined, null],
])('for %j: %s', (header, encoding) => {
  expect(chooseEncoding(asset, header).encoding).toBe(encoding);
});

it('sends the file as it is where the build made no compressed form', () => {
  expect(chooseEncoding({ ...asset, br: null, gzip: null }, 'br, gzip')).toEqual({
    encoding: null,
    body: asset.plain,
  });
});

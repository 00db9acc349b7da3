import { describe, expect, it } from '@jest/globals';
import { refusalOf } from '../../../libs/domain/src/testing/index.js';
import { decodeText } from './decode-text.js';

const littleEndian = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

describe('decodeText', () => {
  it.each([
    ['UTF-8', Buffer.from('A: ü 🎉')],
    ['UTF-8 with a byte order mark', Buffer.from('\ufeffA: ü 🎉')],
    ['UTF-16, little endian', littleEndian('A: ü 🎉')],
    ['UTF-16, big endian', littleEndian('A: ü 🎉').swap16()],
  ])('reads %s', (_, bytes) => {
    expect(decodeText(bytes, 'f')).toBe('A: ü 🎉');
  });

  it.each([
    ['Latin-1', Buffer.from('A: hunter2 ü', 'latin1'), 'not UTF-8'],
    [
      'half a character of UTF-16',
      Buffer.concat([littleEndian('A: hunter2'), Buffer.from([0x41])]),
      'UTF-16',
    ],
    ['UTF-16 without its mark', Buffer.from('A: hunter2', 'utf16le'), 'NUL bytes, as UTF-16'],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x41, 0, 0, 0]), 'UTF-32'],
  ])('refuses %s by its name', (_, bytes, says) => {
    const { message } = refusalOf(() => decodeText(bytes, 'args.yaml'));
    expect(message).toContain('args.yaml');
    expect(message).toContain(says);
    expect(message).not.toContain('hunter2');
  });
});

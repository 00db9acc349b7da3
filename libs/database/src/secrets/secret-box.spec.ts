import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { SecretBox } from './secret-box.js';

const box = new SecretBox(randomBytes(32));
const place = { procName: 'proc', name: 'TOKEN' };

describe('SecretBox', () => {
  it.each(['', 'value', '☃ 💥', 'x'.repeat(100_000), '\0\n'])('gives back what was put in', (value) => {
    expect(box.open(box.seal(value, place), place)).toBe(value);
  });

  it('seals the same value differently each time', () => {
    expect(box.seal('value', place).ciphertext).not.toEqual(box.seal('value', place).ciphertext);
  });

  it.each([
    { procName: 'proc', name: 'OTHER' },
    { procName: 'other', name: 'TOKEN' },
    // The two names are not simply put together.
    { procName: 'procT', name: 'OKEN' },
  ])('opens nothing for another place: %j', (elsewhere) => {
    expect(() => box.open(box.seal('value', place), elsewhere)).toThrow();
  });

  it('opens nothing that was changed, in any byte', () => {
    const sealed = box.seal('v', place);
    for (let at = 0; at < sealed.ciphertext.length; at++) {
      const ciphertext = Uint8Array.from(sealed.ciphertext);
      ciphertext[at] = (ciphertext[at] ?? 0) ^ 1;
      expect(() => box.open({ ...sealed, ciphertext }, place)).toThrow();
    }
  });

  it('opens nothing that was cut short, also where a shorter tag would be left', () => {
    const sealed = box.seal('', place);
    for (let length = 0; length < sealed.ciphertext.length; length++) {
      expect(() => box.open({ ...sealed, ciphertext: sealed.ciphertext.slice(0, length) }, place)).toThrow();
    }
  });

  it('names both keys when it was sealed with another one', () => {
    const other = new SecretBox(randomBytes(32));
    const sealed = other.seal('value', place);
    expect(() => box.open(sealed, place)).toThrow(`key ${other.keyId}, PROCTOR_SECRET_KEY is ${box.keyId}`);
    expect(() => box.open({ ...sealed, keyId: box.keyId }, place)).toThrow();
  });

  it('seals with its first key, and opens with the one that the value names', () => {
    const [first, second] = [randomBytes(32), randomBytes(32)];
    const old = new SecretBox(first).seal('value', place);
    const both = new SecretBox(second, first);
    expect(both.open(old, place)).toBe('value');
    expect(both.seal('value', place).keyId).toBe(new SecretBox(second).keyId);
    expect(() => both.open({ ...old, keyId: both.keyId }, place)).toThrow();
  });

  it('wants a key of 32 bytes', () => {
    expect(() => new SecretBox(randomBytes(16))).toThrow('32 bytes');
  });
});

import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ask, askHidden, confirm, readAll } from './prompt.js';

let written = '';
beforeEach(() => {
  written = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
});
afterEach(() => void jest.restoreAllMocks());

const typing = (text: string) => {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  stdin.end(text);
  return stdin as unknown as NodeJS.ReadStream;
};

describe('prompts', () => {
  it('write nothing but the question, and no escape sequence', async () => {
    expect(await ask('Email: ', typing('a@b.c\n'))).toBe('a@b.c');
    expect(await confirm('Sure?', typing('Yes\n'))).toBe(true);
    expect(await askHidden('Token: ', typing('hunter2\n'))).toBe('hunter2');
    expect(written).toBe('Email: Sure? [y/N] Token: \n');
  });

  it('refuse an end without an answer', async () => {
    await expect(ask('Email: ', typing(''))).rejects.toThrow('without an answer');
  });
});

describe('readAll', () => {
  it('reads UTF-16, and characters that arrive in parts', async () => {
    const stdin = new PassThrough();
    const reading = readAll(stdin as unknown as NodeJS.ReadStream);
    for (const byte of Buffer.from('\ufeffA: ü 🎉', 'utf16le')) stdin.write(Buffer.from([byte]));
    stdin.end();
    expect(await reading).toBe('A: ü 🎉');
  });

  it('refuses more than its limit', async () => {
    await expect(readAll(typing('x'.repeat(11)), 10)).rejects.toThrow('longer than 10 bytes');
  });
});

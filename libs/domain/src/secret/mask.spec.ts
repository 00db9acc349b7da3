import { describe, expect, it } from '@jest/globals';
import { compileSecretPatterns, createMasker, maskText as maskWhole } from './mask.js';

/** Feeds whole lines and gives back the lines that come out. */
function maskLines(secrets: readonly string[], lines: readonly string[]): string[] {
  const masker = createMasker<number>(secrets);
  const pieces = lines.flatMap((line, index) => masker.push(line, true, index));
  return [...pieces, ...masker.flush()].map(({ text }) => text);
}

const maskText = (secret: string, text: string) => maskWhole([secret], text);

const PASSWORD = 'S3cr3t/p+ss "ö" \'word\'';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const wrap = (text: string, width: number) => text.match(new RegExp(`.{1,${width}}`, 'g'))?.join('\n') ?? '';
const unicodeEscapes = (text: string) =>
  text.replace(/[^\0-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

describe('createMasker', () => {
  it.each([
    ['the value', PASSWORD],
    ['JSON', JSON.stringify(PASSWORD).slice(1, -1)],
    ['JSON inside JSON', JSON.stringify(JSON.stringify(PASSWORD)).slice(3, -3)],
    ['JSON in ASCII', unicodeEscapes(JSON.stringify(PASSWORD).slice(1, -1))],
    ['a URL', encodeURIComponent(PASSWORD)],
    ['a URL in lower case', encodeURIComponent(PASSWORD).replace(/%../g, (c) => c.toLowerCase())],
    ['a form', new URLSearchParams({ a: PASSWORD }).toString().slice(2)],
    ['a shell trace', PASSWORD.replaceAll("'", "'\\''")],
    ['base64', base64(PASSWORD)],
    ['base64 without padding', base64(PASSWORD).replaceAll('=', '')],
    ['base64 for URLs', Buffer.from(PASSWORD).toString('base64url')],
    ['base64 of a line', base64(`${PASSWORD}\n`)],
    ['hex', Buffer.from(PASSWORD).toString('hex')],
    ['hex in capitals', Buffer.from(PASSWORD).toString('hex').toUpperCase()],
  ])('masks %s', (_name, form) => {
    expect(maskText(PASSWORD, `before <${form}> after`)).toBe('before <***> after');
  });

  it.each([1, 2, 3, 4])('masks base64 of the value after %i other bytes', (count) => {
    const encoded = base64(`${'x'.repeat(count)}${PASSWORD}, and more`);
    const masked = maskText(PASSWORD, encoded);
    expect(masked).toMatch(/^[A-Za-z0-9+/]{0,6}\*\*\*[A-Za-z0-9+/=]+$/);
    expect(Buffer.from(masked.split('***')[1] ?? '', 'base64').toString('latin1')).not.toContain('word');
  });

  it.each([20, 60, 64, 76])('masks base64 and hex wrapped at %i characters', (width) => {
    const key = 'a rather long key that goes on and on, so that it fills more than one line of base64';
    for (const encoded of [base64(key), Buffer.from(key).toString('hex')]) {
      expect(maskText(key, `${wrap(encoded, width)}\nend`)).toMatch(/^(\*\*\*\n)+end$/);
      expect(maskText(key, `${wrap(encoded, width).replaceAll('\n', '\r\n')}\r\nend`)).toMatch(
        /^(\*\*\*(\r)?\n)+end$/,
      );
    }
  });

  it('masks a short secret split by wrapped base64', () => {
    for (let before = 40; before < 60; before += 1) {
      const encoded = wrap(base64(`${'x'.repeat(before)}hunter22 and what follows after it`), 76);
      const rest = maskText('hunter22', encoded).replaceAll('\n', '').split('***');
      expect(rest.length).toBeGreaterThan(1);
      expect(rest.map((part) => Buffer.from(part, 'base64').toString('latin1')).join()).not.toMatch(/unter2/);
    }
  });

  it('masks it even if the lines arrive in small pieces', () => {
    const encoded = wrap(base64(`${'x'.repeat(52)}hunter22 and what follows after it`), 76);
    const masker = createMasker<string>(['hunter22']);
    const pieces = encoded
      .split('\n')
      .flatMap((line) => [
        ...masker.push(line.slice(0, 30), false, ''),
        ...masker.push(line.slice(30, 60), false, ''),
        ...masker.push(line.slice(60), true, ''),
      ]);
    const text = [...pieces, ...masker.flush()]
      .map((piece) => piece.text + (piece.endsLine ? '\n' : ''))
      .join('');
    expect(text).toBe(`${maskText('hunter22', encoded)}\n`);
    expect(text).toMatch(/\*\*\*\n\*\*\*/);
  });

  it('does not wait past a blank line for the rest of wrapped base64', () => {
    const masker = createMasker<number>(['a key of some length']);
    expect(masker.push(base64('a key of some length').slice(0, 20), true, 1)).toEqual([]);
    expect(masker.push('', true, 2).map(({ tag }) => tag)).toEqual([1, 2]);
  });

  it('does not mistake words on two lines for wrapped base64', () => {
    const encoded = base64('secret');
    const lines = [encoded.slice(0, 4), encoded.slice(4)];
    expect(maskLines(['secret'], lines)).toEqual(lines);
  });

  it.each(['\n', '\r\n'])('masks a multi-line value with one mask per line (%j)', (lineEnd) => {
    const value = 'first\n2nd\nthird line';
    const lines = `a first${lineEnd}2nd${lineEnd}third line z`.split('\n');
    expect(maskLines([value], lines)).toEqual(['a ***', '***', '*** z']);
  });

  it('masks each long line of a multi-line value on its own, except for lines that every key file has', () => {
    const pem =
      '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\nshort\n-----END PRIVATE KEY-----\n';
    expect(maskLines([pem], ['x MIIEvQIBADANBgkq', 'short', '-----BEGIN PRIVATE KEY-----'])).toEqual([
      'x ***',
      'short',
      '-----BEGIN PRIVATE KEY-----',
    ]);
    expect(maskText(pem, pem)).toBe('***\n***\n***\n***\n***\n');
  });

  it('masks the value without the whitespace around it', () => {
    expect(maskText('  hunter22\n', 'is hunter22.')).toBe('is ***.');
    expect(maskText('  hunter22\n', base64('hunter22'))).toBe('***');
  });

  it('merges secrets that overlap or touch into one mask', () => {
    expect(maskLines(['abcdefgh', 'efghijkl', 'mnopqr'], ['_abcdefghijklmnopqr_'])).toEqual(['_***_']);
    expect(maskLines(['abcdef'], ['abcdefabcdef abcdef'])).toEqual(['*** ***']);
  });

  it('leaves values that are too short unmasked', () => {
    expect(maskLines(['1', '', '  ab  '], ['1 ab'])).toEqual(['1 ab']);
  });

  it('finds a secret in pieces of a line and masks it once', () => {
    const masker = createMasker<string>(['hunter22']);
    expect(masker.push('is hun', false, 'a')).toEqual([]);
    expect(masker.push('ter22', false, 'b')).toEqual([
      { text: 'is ***', endsLine: false, tag: 'a' },
      { text: '', endsLine: false, tag: 'b' },
    ]);
    expect(masker.push('', true, 'c')).toEqual([{ text: '', endsLine: true, tag: 'c' }]);
    expect(masker.push('hunter22', true, 'd')).toEqual([{ text: '***', endsLine: true, tag: 'd' }]);
  });

  it('returns a line at once, whatever a single-line secret starts with', () => {
    const masker = createMasker<number>(['hunter22']);
    expect(masker.push('hunter2', true, 1)).toEqual([{ text: 'hunter2', endsLine: true, tag: 1 }]);
  });

  it('returns what it held back when the stream ends', () => {
    const masker = createMasker<number>(['hunter22']);
    expect(masker.push('hunter22', false, 0)).toEqual([{ text: '***', endsLine: false, tag: 0 }]);
    expect(masker.push(' hunter22 hunter2', false, 1)).toEqual([]);
    expect(masker.flush()).toEqual([{ text: ' *** hunter2', endsLine: false, tag: 1 }]);
    expect(masker.flush()).toEqual([]);
  });

  it('keeps a carriage return whose newline arrives in the next piece', () => {
    const masker = createMasker<number>(['first line\nsecond line']);
    const pieces = [
      ...masker.push('first line\r', false, 1),
      ...masker.push('', true, 2),
      ...masker.push('second line', true, 3),
    ];
    expect(pieces.map(({ text }) => text)).toEqual(['***', '', '***']);
    expect(maskLines(['hunter22'], ['hunter22\r'])).toEqual(['***\r']);
  });

  it('passes everything through if there are no secrets', () => {
    const masker = createMasker<number>([]);
    expect(masker.push('text', false, 1)).toEqual([{ text: 'text', endsLine: false, tag: 1 }]);
    expect(masker.flush()).toEqual([]);
  });

  it('masks any number of streams with the same compiled patterns', () => {
    const patterns = compileSecretPatterns(['hunter22']);
    const one = createMasker<number>(patterns);
    const other = createMasker<number>(patterns);
    expect(one.push('hunter', false, 1)).toEqual([]);
    expect(other.push('22', true, 1)).toEqual([{ text: '22', endsLine: true, tag: 1 }]);
    expect(one.push('22', true, 2).map(({ text }) => text)).toEqual(['***', '']);
  });

  it('holds back at most the longest form, however often a secret starts', () => {
    const masker = createMasker<number>(['x'.repeat(100)]);
    let heldCharacters = 0;
    for (let tag = 0; tag < 1_000; tag += 1) {
      heldCharacters += 50;
      for (const piece of masker.push(`${'x'.repeat(49)}-`, false, tag)) heldCharacters -= piece.text.length;
      expect(heldCharacters).toBeLessThan(400);
    }
  });
});

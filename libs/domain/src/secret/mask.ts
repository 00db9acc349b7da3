import { PatternAutomaton } from './pattern-automaton.js';
import { type MaskRange, PatternScanner } from './pattern-scanner.js';
import { secretForms } from './secret-forms.js';

/**
 * Replaces secrets in a log with `***` while it streams: the value, also across lines; each of its lines that is long
 * enough; its JSON, URL and shell spellings; and its base64 and hex forms, also inside longer data and wrapped.
 * Secrets that overlap or touch become one `***`. A match across several lines gets one `***` per line.
 *
 * Every piece that goes in comes out, in order, with the same tag and `endsLine`. The way the stream is cut into pieces
 * does not affect the resulting lines.
 */
export interface Masker<T> {
  /**
   * Feeds one piece. `text` has no newline (a `\r` before it may stay); `endsLine` says that one follows.
   * Returns the pieces that are now safe to store, possibly none. A piece is held back only while a secret may have
   * started in it, so at most the longest form of a secret (all its lines) and one piece are held back.
   */
  push(text: string, endsLine: boolean, tag: T): MaskedPiece<T>[];
  /** Ends the stream. Returns everything held back, masked. */
  flush(): MaskedPiece<T>[];
}

export interface MaskedPiece<T> {
  text: string;
  endsLine: boolean;
  tag: T;
}

/** A compiled set of secrets for `createMasker`. Immutable, so any number of streams can share it. */
export interface SecretPatterns {
  /** Null if there is nothing to mask. */
  automata: { plain: PatternAutomaton; encoded: PatternAutomaton } | null;
}

export const MASK = '***';

/**
 * Compiles secrets for masking. Takes about 5 ms for ten passwords, 20 ms for a private key and 0.3 s for 64 KiB, and
 * about 22 bytes of memory per character of each form (0.1 MB, 0.7 MB, 15 MB), so compile once per set of secrets.
 * Values shorter than `MIN_SECRET_LENGTH` are not masked.
 */
export function compileSecretPatterns(secretValues: readonly string[]): SecretPatterns {
  const { plain, encoded } = secretForms(secretValues);
  if (plain.length === 0) return { automata: null };
  return { automata: { plain: new PatternAutomaton(plain), encoded: new PatternAutomaton(encoded) } };
}

/** Creates a masker for one stream. */
export function createMasker<T>(secrets: readonly string[] | SecretPatterns): Masker<T> {
  const { automata } = 'automata' in secrets ? secrets : compileSecretPatterns(secrets);
  if (automata === null) {
    return { push: (text, endsLine, tag) => [{ text, endsLine, tag }], flush: () => [] };
  }
  return new StreamMasker<T>([
    new PatternScanner(automata.plain, 'matched'),
    new PatternScanner(automata.encoded, 'ignored'),
  ]);
}

/** Masks a complete text. */
export function maskText(secrets: readonly string[] | SecretPatterns, text: string): string {
  const masker = createMasker<null>(secrets);
  const pieces = text.split('\n').flatMap((line) => masker.push(line, true, null));
  return [...pieces, ...masker.flush()].map((piece) => piece.text).join('\n');
}

const CARRIAGE_RETURN = 13;

class StreamMasker<T> implements Masker<T> {
  private readonly held: MaskedPiece<T>[] = [];
  /** Stream position of the first piece that was not returned yet. */
  private heldFrom = 0;
  /** A `\r` at the end of a piece. Only the next piece shows whether it belongs to a line end. */
  private hasPendingReturn = false;
  /** The end of the latest mask in this line. A match that continues there belongs to the same mask. */
  private maskedUpTo = -1;

  constructor(private readonly scanners: readonly PatternScanner[]) {}

  push(text: string, endsLine: boolean, tag: T): MaskedPiece<T>[] {
    this.held.push({ text, endsLine, tag });
    for (const scanner of this.scanners) this.feed(scanner, text, endsLine);
    this.hasPendingReturn = !endsLine && this.endsInReturn(text);
    return this.release(Math.min(...this.scanners.map((scanner) => scanner.openFrom())));
  }

  flush(): MaskedPiece<T>[] {
    return this.release(Infinity);
  }

  private endsInReturn(text: string): boolean {
    return text === '' ? this.hasPendingReturn : text.charCodeAt(text.length - 1) === CARRIAGE_RETURN;
  }

  private feed(scanner: PatternScanner, text: string, endsLine: boolean): void {
    if (text === '') {
      if (endsLine && this.hasPendingReturn) scanner.skip();
    } else {
      if (this.hasPendingReturn) scanner.read('\r');
      const hasReturn = this.endsInReturn(text);
      scanner.read(hasReturn ? text.slice(0, -1) : text);
      if (hasReturn && endsLine) scanner.skip();
    }
    if (endsLine) scanner.endLine();
  }

  /** Returns the pieces that end at or before `decided`. */
  private release(decided: number): MaskedPiece<T>[] {
    let count = 0;
    let end = this.heldFrom;
    for (const { text } of this.held) {
      if (end + text.length > decided) break;
      end += text.length;
      count += 1;
    }
    const ranges = mergeRanges(this.scanners.flatMap((scanner) => scanner.takeRanges(end)));
    const released = this.held.splice(0, count);
    return ranges.length === 0 ? this.pass(released, end) : this.mask(released, ranges);
  }

  private pass(pieces: MaskedPiece<T>[], end: number): MaskedPiece<T>[] {
    this.heldFrom = end;
    if (pieces.some(({ endsLine }) => endsLine)) this.maskedUpTo = -1;
    return pieces;
  }

  private mask(pieces: readonly MaskedPiece<T>[], ranges: readonly MaskRange[]): MaskedPiece<T>[] {
    let next = 0;
    return pieces.map(({ text, endsLine, tag }) => {
      const start = this.heldFrom;
      const end = start + text.length;
      let masked = '';
      let copiedUpTo = start;
      for (let range = ranges[next]; range !== undefined && range.start < end; range = ranges[next]) {
        const from = Math.max(range.start, start);
        const to = Math.min(range.end, end);
        masked += text.slice(copiedUpTo - start, from - start);
        if (from !== this.maskedUpTo) masked += MASK;
        copiedUpTo = this.maskedUpTo = to;
        if (range.end > end) break;
        next += 1;
      }
      masked += text.slice(copiedUpTo - start);
      this.heldFrom = end;
      if (endsLine) this.maskedUpTo = -1;
      return { text: masked, endsLine, tag };
    });
  }
}

/** Merges ranges that overlap or touch. Returns them in ascending order. */
function mergeRanges(ranges: MaskRange[]): MaskRange[] {
  const merged: MaskRange[] = [];
  for (const range of ranges.sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && range.start <= last.end) last.end = Math.max(last.end, range.end);
    else merged.push({ ...range });
  }
  return merged;
}

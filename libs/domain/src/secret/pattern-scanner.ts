import { hashPair, NEWLINE, type PatternAutomaton } from './pattern-automaton.js';

/** A half-open range in characters of the stream. Line ends between pieces do not count as characters. */
export interface MaskRange {
  start: number;
  end: number;
}

/** How much of an encoded pattern must match before it may continue on the next line … */
const MIN_MATCH_BEFORE_WRAP = 16;
/** … or how long a run of base64 digits before a line end must be to count as wrapped base64. */
const MIN_RUN_BEFORE_WRAP = 60;

/** Finds patterns in a stream of lines that arrives in pieces, and reports how far back a match is still open. */
export class PatternScanner {
  private state = 0;
  private position = 0;
  private ranges: MaskRange[] = [];
  /** Positions of `\r` characters of line ends that a match may span, in ascending order. */
  private skipped: number[] = [];
  private lineLength = 0;
  private digitsAtLineEnd = 0;

  /** `lineEnds`: whether patterns contain line ends as `\n`, or continue across them as if they were absent. */
  constructor(
    private readonly automaton: PatternAutomaton,
    private readonly lineEnds: 'matched' | 'ignored',
  ) {}

  read(text: string): void {
    const { automaton } = this;
    const { pairs, matchLength } = automaton;
    const { length } = text;
    let state = this.state;
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (state === 0 && index + 1 < length && pairs[hashPair(code, text.charCodeAt(index + 1))] === 0) {
        continue;
      }
      state = automaton.step(state, code);
      const matched = matchLength[state] ?? 0;
      if (matched !== 0) this.addRange(matched, this.position + index + 1);
    }
    this.state = state;
    this.position += length;
    this.lineLength += length;
    const digits = countDigitsAtEnd(text);
    this.digitsAtLineEnd = digits === length ? this.digitsAtLineEnd + digits : digits;
  }

  /** Skips the `\r` of a line end. */
  skip(): void {
    if (this.state !== 0) this.skipped.push(this.position);
    this.position += 1;
  }

  endLine(): void {
    if (this.lineEnds === 'matched') this.state = this.automaton.step(this.state, NEWLINE);
    else if (!this.mayContinueOnNextLine()) this.state = 0;
    this.lineLength = 0;
    this.digitsAtLineEnd = 0;
  }

  /** Everything before this position is decided: it belongs to a match, or no match can start there. */
  openFrom(): number {
    const from = this.startOf(this.automaton.textLength[this.state] ?? 0, this.position);
    if (this.skipped.length > 0) this.skipped = this.skipped.filter((at) => at >= from);
    const last = this.ranges.at(-1);
    return last !== undefined && last.start <= from ? Math.max(from, last.end) : from;
  }

  /** Returns, once, the matches before `end`. A range that extends beyond it is split. */
  takeRanges(end: number): MaskRange[] {
    if (this.ranges.length === 0) return this.ranges;
    const taken = this.ranges.filter((range) => range.start < end);
    this.ranges = this.ranges
      .filter((range) => range.end > end)
      .map((range) => ({ start: Math.max(range.start, end), end: range.end }));
    return taken.map((range) => ({ start: range.start, end: Math.min(range.end, end) }));
  }

  /** A blank line ends a match, so that the number of lines held back is bounded by the pattern. */
  private mayContinueOnNextLine(): boolean {
    const open = this.automaton.textLength[this.state] ?? 0;
    const looksWrapped = open >= MIN_MATCH_BEFORE_WRAP || this.digitsAtLineEnd >= MIN_RUN_BEFORE_WRAP;
    return looksWrapped && this.lineLength > 0;
  }

  private addRange(matched: number, end: number): void {
    let start = this.startOf(matched, end);
    for (let last = this.ranges.at(-1); last !== undefined && last.end >= start; last = this.ranges.at(-1)) {
      start = Math.min(start, last.start);
      this.ranges.pop();
    }
    this.ranges.push({ start, end });
  }

  private startOf(matched: number, end: number): number {
    let start = end - matched;
    for (let index = this.skipped.length - 1; index >= 0 && (this.skipped[index] ?? 0) >= start; index -= 1) {
      start -= 1;
    }
    return start;
  }
}

const BASE64_DIGIT = /[A-Za-z0-9+/_=-]/;
const IS_DIGIT = Uint8Array.from({ length: 128 }, (_, code) =>
  BASE64_DIGIT.test(String.fromCharCode(code)) ? 1 : 0,
);

function countDigitsAtEnd(text: string): number {
  let index = text.length;
  while (index > 0 && IS_DIGIT[text.charCodeAt(index - 1)] === 1) index -= 1;
  return text.length - index;
}

/**
 * An Aho–Corasick automaton over UTF-16 code units, which finds any number of patterns in one pass. State 0 is the root.
 * A state stands for the longest suffix of the input that is a prefix of a pattern. Children are linked lists instead of
 * tables, at about 22 bytes per state, so a private key in all its forms takes less than a megabyte.
 */
export class PatternAutomaton {
  /** Characters from the root, not counting newlines: how far back an open match reaches. */
  textLength = new Int32Array(256);
  /** The length, in the same measure, of the longest pattern that ends in this state. 0 if none does. */
  matchLength = new Int32Array(256);
  /** 1 for each hashed pair of characters that starts a pattern; see `mayBegin`. */
  readonly pairs = new Uint8Array(PAIR_HASHES);

  private symbol = new Uint16Array(256);
  private firstChild = new Int32Array(256);
  private nextSibling = new Int32Array(256);
  private fallback = new Int32Array(256);
  private readonly rootChild = new Int32Array(ROOT_TABLE_SIZE);
  private count = 1;

  /** Patterns have at least two characters. */
  constructor(patterns: readonly string[]) {
    for (const pattern of patterns) this.insert(pattern);
    this.resize(this.count);
    this.linkFallbacks();
  }

  /** Returns the state after the next code unit. */
  step(from: number, code: number): number {
    let state = from;
    while (state !== 0) {
      const child = this.findChild(state, code);
      if (child !== 0) return child;
      state = this.fallback[state] ?? 0;
    }
    if (code < ROOT_TABLE_SIZE) return this.rootChild[code] ?? 0;
    return this.findChild(0, code);
  }

  private findChild(state: number, code: number): number {
    let child = this.firstChild[state] ?? 0;
    while (child !== 0 && this.symbol[child] !== code) child = this.nextSibling[child] ?? 0;
    return child;
  }

  private insert(pattern: string): void {
    let state = 0;
    for (let index = 0; index < pattern.length; index += 1) {
      const code = pattern.charCodeAt(index);
      state = this.findChild(state, code) || this.addChild(state, code);
    }
    this.matchLength[state] = this.textLength[state] ?? 0;
    this.pairs[hashPair(pattern.charCodeAt(0), pattern.charCodeAt(1))] = 1;
  }

  private addChild(parent: number, code: number): number {
    if (this.count === this.symbol.length) this.resize(this.count * 2);
    const child = this.count;
    this.count += 1;
    this.symbol[child] = code;
    this.textLength[child] = (this.textLength[parent] ?? 0) + (code === NEWLINE ? 0 : 1);
    this.nextSibling[child] = this.firstChild[parent] ?? 0;
    this.firstChild[parent] = child;
    if (parent === 0 && code < ROOT_TABLE_SIZE) this.rootChild[code] = child;
    return child;
  }

  private resize(size: number): void {
    const resized = <A extends Int32Array | Uint16Array>(old: A, copy: A): A => {
      copy.set(old.subarray(0, size));
      return copy;
    };
    this.symbol = resized(this.symbol, new Uint16Array(size));
    this.firstChild = resized(this.firstChild, new Int32Array(size));
    this.nextSibling = resized(this.nextSibling, new Int32Array(size));
    this.fallback = resized(this.fallback, new Int32Array(size));
    this.textLength = resized(this.textLength, new Int32Array(size));
    this.matchLength = resized(this.matchLength, new Int32Array(size));
  }

  /** Breadth first, because a state's fallback is shorter than the state and must be complete before it is used. */
  private linkFallbacks(): void {
    const queue = new Int32Array(this.count);
    let end = 1;
    for (let index = 0; index < end; index += 1) {
      const state = queue[index] ?? 0;
      for (let child = this.firstChild[state] ?? 0; child !== 0; child = this.nextSibling[child] ?? 0) {
        queue[end] = child;
        end += 1;
        if (state !== 0) {
          this.fallback[child] = this.step(this.fallback[state] ?? 0, this.symbol[child] ?? 0);
        }
        this.matchLength[child] ||= this.matchLength[this.fallback[child] ?? 0] ?? 0;
      }
    }
  }
}

export const NEWLINE = 10;

const ROOT_TABLE_SIZE = 128;
const PAIR_HASHES = 4096;

/** Index into `pairs`. If the entry is 0, no pattern starts with these two code units. */
export function hashPair(first: number, second: number): number {
  return ((first << 6) ^ second) & (PAIR_HASHES - 1);
}

/** A pseudo-random source: the same seed gives the same draws in the same order. */
export class Random {
  constructor(private state: number) {}

  /** At least 0, less than 1. (mulberry32) */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  /** A whole number, both ends included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    const one = from[Math.floor(this.next() * from.length)];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  }

  shuffle<T>(from: readonly T[]): T[] {
    const deck = [...from];
    for (let last = deck.length - 1; last > 0; last -= 1) {
      const at = this.integer(0, last);
      [deck[last], deck[at]] = [deck[at]!, deck[last]!];
    }
    return deck;
  }

  /** An independent source, so that the draws of one part do not change those of another. */
  fork(): Random {
    return new Random(Math.floor(this.next() * 2 ** 32));
  }
}

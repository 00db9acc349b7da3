/** Follows numbered lines, without keeping them: which came, in which order, and where some are missing. */
export class LineChecker {
  /** Number of the last line. */
  last = 0;
  cuts = 0;
  private gaps = 0;
  private seen = 0;
  private missing = 0;
  private unmarked: string | null = null;
  private disorder: string | null = null;

  /** @param text a line without its newline */
  take(text: string): void {
    if (text.startsWith('[proctor: ')) {
      if (text.includes('longer than its limit')) this.cuts += 1;
      else this.gaps += 1;
      return;
    }
    const number = Number(text.slice(0, 10));
    if (!(number > this.last)) {
      this.disorder ??= `${text.slice(0, 40)} after ${this.last}`;
      return;
    }
    if (number > this.last + 1) {
      this.missing += number - this.last - 1;
      if (this.cuts + this.gaps === 0) this.unmarked ??= `${this.last + 1} to ${number - 1}`;
    }
    this.last = number;
    this.seen += 1;
  }

  get isInOrder(): boolean {
    return this.disorder === null;
  }

  get isMarked(): boolean {
    return this.unmarked === null;
  }

  describe(): string {
    return this.disorder ?? `${this.seen} lines, the last is ${this.last}`;
  }

  describeGaps(): string {
    const where = this.unmarked === null ? '' : `, without a marker: ${this.unmarked}`;
    return `${this.missing} missing, ${this.cuts} cut and ${this.gaps} gap markers${where}`;
  }
}

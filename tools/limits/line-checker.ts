import { isCutMarker } from '@app/domain';

/** Checks the order and completeness of numbered lines without keeping them. */
export class LineChecker {
  /** Number of the last line so far. */
  last = 0;
  cuts = 0;
  private gaps = 0;
  private seen = 0;
  private missing = 0;
  private firstUnmarked: string | null = null;
  private firstDisorder: string | null = null;

  /** @param text a line without its newline */
  take(text: string): void {
    if (text.startsWith('[proctor: ')) {
      if (isCutMarker(text)) this.cuts += 1;
      else this.gaps += 1;
      return;
    }
    const number = Number(text.slice(0, 10));
    if (!(number > this.last)) {
      this.firstDisorder ??= `${text.slice(0, 40)} after ${this.last}`;
      return;
    }
    if (number > this.last + 1) {
      this.missing += number - this.last - 1;
      if (this.cuts + this.gaps === 0) this.firstUnmarked ??= `${this.last + 1} to ${number - 1}`;
    }
    this.last = number;
    this.seen += 1;
  }

  get isInOrder(): boolean {
    return this.firstDisorder === null;
  }

  get isMarked(): boolean {
    return this.firstUnmarked === null;
  }

  describe(): string {
    return this.firstDisorder ?? `${this.seen} lines, last ${this.last}`;
  }

  describeGaps(): string {
    const where = this.firstUnmarked === null ? '' : `, without a marker: ${this.firstUnmarked}`;
    return `${this.missing} missing, ${this.cuts} cut and ${this.gaps} gap markers${where}`;
  }
}

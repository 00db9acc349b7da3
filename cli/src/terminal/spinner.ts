const FRAMES = ['|', '/', '-', '\\'];
const FRAME_MS = 120;
const CLEAR_LINE = '\r\x1b[K';

/** An animated line on a terminal. `write` null: shows nothing. */
export class Spinner {
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly write: ((text: string) => void) | null) {}

  /** Replaces the text that is shown, if any. */
  start(text: string): void {
    this.stop();
    if (!this.write) return;
    const { write } = this;
    let frame = 0;
    const draw = () => write(`${CLEAR_LINE}${FRAMES[frame++ % FRAMES.length]} ${text}`);
    draw();
    this.timer = setInterval(draw, FRAME_MS);
    this.timer.unref();
  }

  /** May be called at any time. */
  stop(): void {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
    this.write?.(CLEAR_LINE);
  }
}

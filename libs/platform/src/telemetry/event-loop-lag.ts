import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';

const RESOLUTION_MS = 10;

/** Long enough for a 99th percentile, short enough to see when it happened. */
const WINDOW_MS = 10_000;

/** By how many seconds timers were late. */
export interface LagSeconds {
  mean: number;
  p99: number;
  max: number;
}

/** Measures how late timers were in the last whole window, regardless of how often it is read. */
export class EventLoopLag {
  private readonly histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private readonly timer: NodeJS.Timeout;
  private lastWindow: LagSeconds | null = null;

  constructor(windowMs = WINDOW_MS) {
    this.histogram.enable();
    this.timer = setInterval(() => {
      this.lastWindow = lagOf(this.histogram);
      this.histogram.reset();
    }, windowMs).unref();
  }

  /** Before the end of the first window: the values so far. */
  read(): LagSeconds {
    return this.lastWindow ?? lagOf(this.histogram);
  }

  close(): void {
    clearInterval(this.timer);
    this.histogram.disable();
  }
}

function lagOf(histogram: IntervalHistogram): LagSeconds {
  if (histogram.count === 0) return { mean: 0, p99: 0, max: 0 };
  // The histogram records the whole time between two ticks of its timer, not only the delay.
  const toLag = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1e3);
  return { mean: toLag(histogram.mean), p99: toLag(histogram.percentile(99)), max: toLag(histogram.max) };
}

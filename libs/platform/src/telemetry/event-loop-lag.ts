import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';

const RESOLUTION_MS = 10;

/** Long enough for a 99th percentile, short enough to see when it was. */
const WINDOW_MS = 10_000;

/** Seconds by which timers were late. */
export interface LagSeconds {
  mean: number;
  p99: number;
  max: number;
}

/** How long the event loop kept timers waiting in the last whole window, whoever looks and how often. */
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

  /** Until the first window is over: so far. */
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
  // What is recorded is the time from one tick of its timer to the next, not only what is too much of it.
  const toLag = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1e3);
  return { mean: toLag(histogram.mean), p99: toLag(histogram.percentile(99)), max: toLag(histogram.max) };
}

import { AppError } from '@app/domain';
import type { Logger } from '@app/platform';

/** The fallback for news that was lost, and for what no news tells: groups of a plugin. */
const REAUTHORIZE_INTERVAL_MS = 15_000;
/** The longest that `setTimeout` can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const CHECKED_AT_ONCE = 20;
/** A viewer who was admitted before the last check may open a stream for so long after it. */
const ADMITTED_BEFORE_MS = 10_000;

/** Why a stream ends before its log does; `code` is a WebSocket close code. */
export class StreamEnded extends Error {
  override readonly name = 'StreamEnded';

  constructor(
    readonly code: 1008 | 1012 | 1013,
    message: string,
  ) {
    super(message);
  }
}

/** Who reads a stream. */
export interface Viewer {
  /** Throws an AppError if the viewer may no longer read it. */
  authorize: () => Promise<unknown>;
  /** When the viewer's credential stops being accepted; null: never, or only the authentication plugin knows. */
  acceptedUntil: Date | null;
}

export interface OpenStream {
  /** Aborts when the stream must end. The reason is a `StreamEnded`, unless the viewer has disconnected. */
  signal: AbortSignal;
  /** Ends the stream. @param reason undefined: the viewer has disconnected */
  end(reason?: StreamEnded): void;
}

/** Every log and audit trail that is being streamed by this process. */
export class OpenStreams {
  private readonly open = new Map<AbortController, () => Promise<unknown>>();
  private timer: NodeJS.Timeout | null = null;
  private isClosing = false;
  private checkedAt = -Infinity;
  private isSweeping = false;

  constructor(
    private readonly logger: Pick<Logger, 'debug'>,
    private readonly now: () => number = () => performance.now(),
    private readonly intervalMs = REAUTHORIZE_INTERVAL_MS,
  ) {}

  add({ authorize, acceptedUntil }: Viewer): OpenStream {
    const abort = new AbortController();
    const end = (reason?: StreamEnded) => this.endOne(abort, reason);
    this.open.set(abort, authorize);
    if (acceptedUntil) endAt(acceptedUntil, abort.signal, () => end(expired()));
    this.timer ??= setInterval(() => void this.sweep(), this.intervalMs);
    if (this.isClosing) end(restarting());
    else if (this.now() - this.checkedAt < ADMITTED_BEFORE_MS) void this.reauthorizeOne(abort, authorize);
    return { signal: abort.signal, end };
  }

  /** Ends the streams of viewers who may no longer see the log. */
  async reauthorize(): Promise<void> {
    this.checkedAt = this.now();
    const left = [...this.open].values();
    const work = async () => {
      for (const [abort, authorize] of left) await this.reauthorizeOne(abort, authorize);
    };
    await Promise.all(Array.from({ length: CHECKED_AT_ONCE }, work));
  }

  count(): number {
    return this.open.size;
  }

  /** Ends every stream; viewers may reconnect to another process. */
  closeAll(): void {
    this.isClosing = true;
    for (const abort of [...this.open.keys()]) this.endOne(abort, restarting());
  }

  /** One at a time, because a plugin may take long; news do not wait for it. */
  private async sweep(): Promise<void> {
    if (this.isSweeping) return;
    this.isSweeping = true;
    await this.reauthorize();
    this.isSweeping = false;
  }

  private async reauthorizeOne(abort: AbortController, authorize: () => Promise<unknown>): Promise<void> {
    try {
      await authorize();
    } catch (error) {
      const isRefusal =
        error instanceof AppError && ['unauthenticated', 'forbidden', 'not_found'].includes(error.code);
      if (isRefusal) this.endOne(abort, new StreamEnded(1008, 'you may no longer see this log'));
      // Unknown for now: the next sweep asks again.
      else this.logger.debug({ err: error }, 'could not reauthorize an open stream');
    }
  }

  private endOne(abort: AbortController, reason?: StreamEnded): void {
    this.open.delete(abort);
    if (this.open.size === 0) this.stopTimer();
    abort.abort(reason);
  }

  private stopTimer(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }
}

/** Calls `end` at this time, unless the signal aborts before. */
function endAt(time: Date, signal: AbortSignal, end: () => void): void {
  const leftMs = time.getTime() - Date.now();
  const timer = setTimeout(
    () => (leftMs > MAX_TIMER_MS ? endAt(time, signal, end) : end()),
    Math.min(leftMs, MAX_TIMER_MS),
  );
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
}

function expired(): StreamEnded {
  return new StreamEnded(1008, 'your credentials have expired; sign in again');
}

function restarting(): StreamEnded {
  return new StreamEnded(1012, 'the gateway is restarting; reconnect');
}

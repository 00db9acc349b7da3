export interface WaitOptions {
  /** Ends the wait by throwing its reason. */
  signal?: AbortSignal;
  /** Ends the wait without an error. Omitted: waits until it is rung. */
  maxMs?: number;
}

/** Lets one loop wait until there is something to do. Any number of rings since its last wait wake it once. */
export class WakeUp {
  private hasRung = false;
  private resume: (() => void) | null = null;

  ring(): void {
    this.hasRung = true;
    this.resume?.();
  }

  /** Returns at once if it rang since the last wait. One call at a time. */
  async wait({ signal, maxMs }: WaitOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    if (!this.hasRung) {
      await new Promise<void>((resolve) => {
        const resume = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', resume);
          this.resume = null;
          resolve();
        };
        const timer = maxMs === undefined ? undefined : setTimeout(resume, maxMs);
        this.resume = resume;
        signal?.addEventListener('abort', resume);
      });
    }
    signal?.throwIfAborted();
    this.hasRung = false;
  }
}

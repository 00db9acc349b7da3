/** Lets one loop wait until something has happened since it last looked; any number of happenings wake it once. */
export class WakeUp {
  private hasHappened = false;
  private resume: (() => void) | null = null;

  /** Something happened. */
  ring(): void {
    this.hasHappened = true;
    this.resume?.();
  }

  /** Resolves at once if something happened since the last call. Throws the signal's reason when it aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.hasHappened) {
      await new Promise<void>((resolve) => {
        const resume = () => {
          signal.removeEventListener('abort', resume);
          this.resume = null;
          resolve();
        };
        this.resume = resume;
        signal.addEventListener('abort', resume);
      });
    }
    signal.throwIfAborted();
    this.hasHappened = false;
  }
}

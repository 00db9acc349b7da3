/** Runs one piece of work at a time. Callers that arrive while it runs share its result. */
export class SingleFlight<T> {
  private current: Promise<T> | null = null;

  get isRunning(): boolean {
    return this.current !== null;
  }

  /** Starts `work`, or returns the result (or rejection) of an earlier call that is still running. */
  run(work: () => Promise<T>): Promise<T> {
    this.current ??= work().finally(() => (this.current = null));
    return this.current;
  }
}

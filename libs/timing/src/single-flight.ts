/** Runs one piece of work at a time: callers that come while it runs share its result. */
export class SingleFlight<T> {
  private current: Promise<T> | null = null;

  get isRunning(): boolean {
    return this.current !== null;
  }

  /** Starts `work`, unless an earlier call is still running: then that call's result, or its rejection, is returned. */
  run(work: () => Promise<T>): Promise<T> {
    this.current ??= work().finally(() => (this.current = null));
    return this.current;
  }
}

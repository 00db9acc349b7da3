/**
 * A signal that aborts with `signal`, and after `ms`. Call `clear` once nothing waits for it. Node may collect an
 * `AbortSignal.timeout` that only `AbortSignal.any` refers to, and then neither ever aborts.
 */
export function timeLimit(ms: number, signal: AbortSignal): { signal: AbortSignal; clear: () => void } {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error(`not within ${ms} ms`)), ms);
  return { signal: AbortSignal.any([signal, limit.signal]), clear: () => clearTimeout(timer) };
}

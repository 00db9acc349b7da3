/**
 * A signal that aborts after `ms` as `AbortSignal.timeout` does, and with `signal`. Call `clear` once nothing waits for it.
 * Node may collect an `AbortSignal.timeout` that only `AbortSignal.any` refers to, and then neither ever aborts.
 */
export function timeLimit(ms: number, signal?: AbortSignal): { signal: AbortSignal; clear: () => void } {
  const limit = new AbortController();
  const expire = () => limit.abort(new DOMException(`not within ${ms} ms`, 'TimeoutError'));
  const timer = setTimeout(expire, ms);
  return {
    signal: signal ? AbortSignal.any([signal, limit.signal]) : limit.signal,
    clear: () => clearTimeout(timer),
  };
}

import { LogEventQueue, NORMAL_CLOSURE, type ConnectLog } from './log-connection.js';

/**
 * Connects with the WebSocket of browsers: it sends the page's cookies instead of `headers`, and cannot tell a refusal
 * from a lost connection. Omitted: the global class, looked up when it is needed.
 */
export function connectWebSocket(WebSocketClass?: typeof WebSocket): ConnectLog {
  return async function* connect({ url, timeoutMs, signal }) {
    const events = new LogEventQueue();
    const socket = new (WebSocketClass ?? WebSocket)(url);
    const lose = (error: unknown) => events.push({ kind: 'lost', error });
    const timer = setTimeout(() => lose(new DOMException('timed out', 'TimeoutError')), timeoutMs);
    const abort = () => lose(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    socket.onopen = () => clearTimeout(timer);
    socket.onmessage = ({ data }) => events.push({ kind: 'message', text: String(data) });
    socket.onclose = ({ code, reason }) =>
      code === NORMAL_CLOSURE
        ? events.push({ kind: 'complete' })
        : lose(new Error(`closed with ${code} ${reason}`.trim()));
    try {
      yield* events.read();
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      socket.onclose = null;
      // An error after this point, e.g. of a handshake that is aborted, is of no interest.
      socket.onerror = () => {};
      socket.close();
    }
  };
}

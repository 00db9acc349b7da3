import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

export interface LogSource {
  /** ws: or wss: */
  url: string;
  headers: Record<string, string>;
  timeoutMs: number;
}

export type LogEvent =
  /** One message: one or more whole lines. */
  | { kind: 'message'; text: string }
  /** The server said that this was all. */
  | { kind: 'complete' }
  /** The connection failed or was closed before that. */
  | { kind: 'lost'; error: unknown }
  /** An HTTP answer instead of an upgrade. */
  | { kind: 'refused'; status: number; contentType: string; location: string | null; body: string };

const NORMAL_CLOSURE = 1000;
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
const MAX_REFUSAL_BYTES = 64 * 1024;
const PING_INTERVAL_MS = 15_000;
/** Messages that may wait for the reader before the socket is paused. */
const MAX_WAITING = 256;

/**
 * One connection to a log stream. Always ends with one event other than `message`, except when the reader stops
 * earlier: then the connection is closed. A reader that is slow slows the server down.
 */
export async function* readLogConnection(source: LogSource): AsyncGenerator<LogEvent, void> {
  const waiting: LogEvent[] = [];
  let wake = () => {};
  const push = (event: LogEvent) => {
    waiting.push(event);
    if (waiting.length >= MAX_WAITING && socket.readyState === WebSocket.OPEN) socket.pause();
    wake();
  };

  const socket = new WebSocket(source.url, {
    headers: source.headers,
    handshakeTimeout: source.timeoutMs,
    maxPayload: MAX_MESSAGE_BYTES,
    followRedirects: false,
  });
  let failure: unknown = null;
  let isRefused = false;
  socket.on('message', (data) => push({ kind: 'message', text: (data as Buffer).toString('utf8') }));
  socket.on('unexpected-response', (_request, response) => {
    isRefused = true;
    void readRefusal(response).then((event) => {
      push(event);
      socket.terminate();
    });
  });
  socket.on('error', (error) => (failure = error));
  socket.on('close', (code, reason) => {
    if (isRefused) return;
    if (code === NORMAL_CLOSURE) push({ kind: 'complete' });
    else
      push({
        kind: 'lost',
        error: failure ?? new Error(`closed with ${code} ${reason.toString('utf8')}`.trim()),
      });
  });
  const stopPinging = pingUntilDead(socket);

  try {
    for (;;) {
      const event = waiting.shift();
      if (event) {
        yield event;
        if (event.kind !== 'message') return;
        continue;
      }
      if (socket.isPaused) socket.resume();
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    stopPinging();
    socket.terminate();
  }
}

/** Ends the connection when two pings in a row got no answer: a half-open connection says nothing by itself. */
function pingUntilDead(socket: WebSocket): () => void {
  let unanswered = 0;
  socket.on('pong', () => (unanswered = 0));
  socket.on('message', () => (unanswered = 0));
  const timer = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN || socket.isPaused) return;
    if (unanswered >= 2) return socket.terminate();
    unanswered += 1;
    socket.ping();
  }, PING_INTERVAL_MS);
  return () => clearInterval(timer);
}

async function readRefusal(response: IncomingMessage): Promise<LogEvent> {
  let body = '';
  try {
    response.setEncoding('utf8');
    for await (const chunk of response) {
      body += chunk as string;
      if (body.length > MAX_REFUSAL_BYTES) break;
    }
  } catch {
    // A refusal that was cut off is still a refusal.
  }
  return {
    kind: 'refused',
    status: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? '',
    location: response.headers.location ?? null,
    body,
  };
}

import type { Agent, IncomingMessage } from 'node:http';
import {
  LogEventQueue,
  NORMAL_CLOSURE,
  type ConnectLog,
  type LogEvent,
  type LogSource,
} from '@app/gateway-client';
import type { Outbound } from '@app/outbound';
import { WebSocket } from 'ws';

const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
const MAX_REFUSAL_CHARACTERS = 64 * 1024;
const PING_INTERVAL_MS = 15_000;
/** Messages that may wait for the reader before the socket is paused. */
const MAX_WAITING_MESSAGES = 256;

/** Connects with `ws`, which sends headers and reads refusals. A slow reader slows the gateway down. */
export function connectWs(outbound: Pick<Outbound, 'agentFor'>): ConnectLog {
  return (source) => readLog(source, outbound.agentFor(new URL(source.url)));
}

async function* readLog(
  { url, headers, timeoutMs, signal }: LogSource,
  agent: Agent,
): AsyncGenerator<LogEvent, void> {
  const events = new LogEventQueue();
  const socket = new WebSocket(url, {
    agent,
    headers,
    handshakeTimeout: timeoutMs,
    maxPayload: MAX_MESSAGE_BYTES,
    followRedirects: false,
  });
  let failure: unknown = null;
  let isRefused = false;
  socket.on('message', (data) => {
    events.push({ kind: 'message', text: (data as Buffer).toString('utf8') });
    if (events.length >= MAX_WAITING_MESSAGES && socket.readyState === WebSocket.OPEN) socket.pause();
  });
  socket.on('unexpected-response', (_request, response) => {
    isRefused = true;
    void readRefusal(response).then((event) => {
      events.push(event);
      socket.terminate();
    });
  });
  socket.on('error', (error) => (failure = error));
  socket.on('close', (code, reason) => {
    if (isRefused) return;
    if (code === NORMAL_CLOSURE) events.push({ kind: 'complete' });
    else {
      const closed = new Error(`closed with ${code} ${reason.toString('utf8')}`.trim());
      events.push({ kind: 'lost', error: failure ?? closed });
    }
  });
  const abort = () => events.push({ kind: 'lost', error: signal?.reason });
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  const stopPinging = terminateWhenSilent(socket);
  try {
    yield* events.read(() => {
      if (socket.isPaused) socket.resume();
    });
  } finally {
    stopPinging();
    signal?.removeEventListener('abort', abort);
    socket.terminate();
  }
}

/** Closes the connection after two unanswered pings in a row: a half-open connection reports nothing by itself. */
function terminateWhenSilent(socket: WebSocket): () => void {
  let unansweredPings = 0;
  socket.on('pong', () => (unansweredPings = 0));
  socket.on('message', () => (unansweredPings = 0));
  const timer = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN || socket.isPaused) return;
    if (unansweredPings >= 2) return socket.terminate();
    unansweredPings += 1;
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
      if (body.length > MAX_REFUSAL_CHARACTERS) break;
    }
  } catch {
    // A refusal that is cut off is still a refusal.
  }
  return {
    kind: 'refused',
    status: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? '',
    location: response.headers.location ?? null,
    body,
  };
}

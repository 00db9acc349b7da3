import type { IncomingMessage } from 'node:http';
import { withTimeout } from '@app/timing';
import { WebSocket, WebSocketServer } from 'ws';
import type { Upgrade } from '../http/route-upgrades.js';
import type { LogChunk } from './join-lines.js';

export interface LogWebSocketSettings {
  /** The largest message that a client may send. */
  largestInboundBytes: number;
  /** How much may be buffered for a slow reader before sending pauses. */
  maxWaitingBytes: number;
  /** How long a reader may stop reading before it is disconnected. */
  patienceMs: number;
}

const HEARTBEAT_INTERVAL_MS = 30_000;

/** How long a client may take to answer a close. */
const CLOSE_TIMEOUT_MS = 3_000;

/** A close reason has at most 123 bytes. */
const MAX_REASON_BYTES = 120;

/** The bytes of each chunk, shared by all viewers that it is buffered for. */
const encodedChunks = new WeakMap<LogChunk, Buffer>();

/** One viewer's WebSocket. */
export class LogWebSocket {
  /** Aborts when the connection is gone. */
  readonly gone: AbortSignal;
  private readonly heartbeat: NodeJS.Timeout;
  private unansweredPings = 0;

  private constructor(
    private readonly socket: WebSocket,
    private readonly settings: LogWebSocketSettings,
  ) {
    const gone = new AbortController();
    this.gone = gone.signal;
    this.heartbeat = setInterval(() => this.ping(), HEARTBEAT_INTERVAL_MS);
    socket.on('pong', () => (this.unansweredPings = 0));
    // `close` follows every error.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(this.heartbeat);
      gone.abort();
    });
  }

  /** Completes the handshake. Answers an invalid one with 400; the promise then never settles. */
  static accept(
    request: IncomingMessage,
    upgrade: Upgrade,
    settings: LogWebSocketSettings,
  ): Promise<LogWebSocket> {
    const server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: settings.largestInboundBytes,
    });
    return new Promise((resolve) => {
      server.handleUpgrade(request, upgrade.socket, upgrade.head, (socket) =>
        resolve(new LogWebSocket(socket, settings)),
      );
    });
  }

  /** Resolves when there is room for more. @returns false if the reader has stopped reading for too long */
  async send(chunk: LogChunk): Promise<boolean> {
    // Only the newline of a long line is left, which the client has already added.
    if (chunk.text === '' && !chunk.startsLine) return true;
    const bytes = encode(chunk);
    const flushed = new Promise<void>((resolve) =>
      this.socket.send(bytes, { binary: false }, () => resolve()),
    );
    if (this.socket.bufferedAmount <= this.settings.maxWaitingBytes) return true;
    const isInTime = flushed.then(() => true);
    return await withTimeout(isInTime, this.settings.patienceMs, () => false);
  }

  close(code: number, reason: string): void {
    if (this.gone.aborted) return;
    const bytes = Buffer.from(reason).subarray(0, MAX_REASON_BYTES);
    // Drops a character that was cut in two.
    this.socket.close(code, bytes.toString('utf8').replace(/\ufffd$/, ''));
    const timer = setTimeout(() => this.socket.terminate(), CLOSE_TIMEOUT_MS);
    this.gone.addEventListener('abort', () => clearTimeout(timer));
  }

  private ping(): void {
    // A slow reader has not yet got to the last ping.
    if (this.socket.readyState !== WebSocket.OPEN || this.socket.bufferedAmount > 0) return;
    if (this.unansweredPings >= 2) return this.socket.terminate();
    this.unansweredPings += 1;
    this.socket.ping();
  }
}

function encode(chunk: LogChunk): Buffer {
  const known = encodedChunks.get(chunk);
  if (known) return known;
  const bytes = Buffer.from(chunk.text);
  encodedChunks.set(chunk, bytes);
  return bytes;
}

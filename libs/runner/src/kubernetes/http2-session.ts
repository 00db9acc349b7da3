import { type ClientHttp2Session, type ClientHttp2Stream, constants } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { abortError, type ExchangeError, type KubeResponse, type Outgoing } from './kube-response.js';

/** A connection that is silent for this long is asked whether it is alive, and has as long to answer. */
const PING_INTERVAL_MS = 15_000;

/** One connection of HTTP/2, and how much of it is in use. */
export class Http2Session {
  /** Streams reserved or open. */
  active = 0;
  /** Those of them that stay open: watches and logs. */
  lasting = 0;
  #isDraining = false;
  #bytesSeen = 0;
  #isPinging = false;
  readonly #health: NodeJS.Timeout;

  /** @param onChange called when a stream or the session has ended, or the peer allows another number of streams */
  constructor(
    private readonly session: ClientHttp2Session,
    private readonly socket: TLSSocket,
    private readonly onChange: () => void,
  ) {
    // After this no new stream is accepted; those that the peer has not refused go on to their end.
    session.once('goaway', () => this.#drain());
    session.once('close', () => {
      clearInterval(this.#health);
      this.#drain();
    });
    session.on('remoteSettings', onChange);
    this.#health = setInterval(() => this.#checkHealth(), PING_INTERVAL_MS).unref();
  }

  get isUsable(): boolean {
    return !this.#isDraining && !this.session.closed && !this.session.destroyed;
  }

  /** How many streams the peer allows at a time. */
  get limit(): number {
    return this.session.remoteSettings.maxConcurrentStreams ?? Infinity;
  }

  /** Takes a stream for a request that follows; `release` gives it back. */
  reserve(isLasting: boolean): void {
    this.active += 1;
    if (isLasting) this.lasting += 1;
  }

  release(isLasting: boolean): void {
    this.active -= 1;
    if (isLasting) this.lasting -= 1;
    this.onChange();
  }

  /** Finishes what is open, and closes. */
  drain(): void {
    this.#drain();
    this.session.close();
  }

  destroy(): void {
    this.session.destroy();
  }

  /** Sends a request on a reserved stream, and releases it when the stream closes. Rejects with an `ExchangeError`. */
  send(
    { method, path, headers, body, signal, isDetached }: Outgoing,
    isLasting: boolean,
  ): Promise<KubeResponse> {
    return new Promise((resolve, reject) => {
      let stream: ClientHttp2Stream;
      try {
        signal.throwIfAborted();
        stream = this.session.request(
          { ':method': method, ':path': path, ...headers },
          { endStream: body === undefined },
        );
      } catch (error) {
        this.release(isLasting);
        reject(Object.assign(error as Error, { isUnprocessed: !signal.aborted }));
        return;
      }
      let hasAnswer = false;
      let isComplete = false;
      const onAbort = () => {
        // Destroying it would cost a stack trace for an error that no one sees.
        if (isComplete) return;
        // A peer that is gone is not waited for as long as TCP would.
        if (!hasAnswer) this.#ping();
        stream.destroy(abortError(signal));
      };
      const stopListening = () => signal.removeEventListener('abort', onAbort);
      signal.addEventListener('abort', onAbort);
      stream.once('response', (head) => {
        hasAnswer = true;
        if (isDetached) stopListening();
        resolve({
          status: head[':status'] ?? 0,
          headers: head,
          body: stream,
          isComplete: () => isComplete,
          destroy: (error) => void stream.destroy(error),
        });
      });
      stream.once('end', () => {
        isComplete = stream.rstCode === constants.NGHTTP2_NO_ERROR;
        // It would stay open if the server has answered without reading the whole request.
        if (!stream.writableFinished) stream.close(constants.NGHTTP2_CANCEL);
      });
      // The reader gets the error too. Without this listener, an error while no one reads would end the process.
      stream.on('error', (error: Error) => reject(describe(error, stream)));
      stream.once('close', () => {
        stopListening();
        this.release(isLasting);
        reject(describe(new Error('the connection was lost'), stream));
      });
      if (body !== undefined) stream.end(body);
    });
  }

  #checkHealth(): void {
    const bytes = this.socket.bytesRead;
    if (bytes === this.#bytesSeen) this.#ping();
    this.#bytesSeen = bytes;
  }

  #ping(): void {
    if (this.#isPinging || this.session.destroyed) return;
    this.#isPinging = true;
    const timer = setTimeout(() => {
      this.session.destroy(new Error('the API server no longer answers on this connection'));
    }, PING_INTERVAL_MS);
    this.session.ping(() => {
      clearTimeout(timer);
      this.#isPinging = false;
    });
  }

  #drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.onChange();
  }
}

function describe(error: Error, { rstCode }: ClientHttp2Stream): ExchangeError {
  const isUnprocessed = rstCode === constants.NGHTTP2_REFUSED_STREAM;
  return Object.assign(error, { isUnprocessed, isConnectionLost: !isUnprocessed });
}

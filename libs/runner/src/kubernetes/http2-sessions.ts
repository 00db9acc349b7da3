import { connect as connectSession } from 'node:http2';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { Http2Session } from './http2-session.js';

export interface SessionsSettings {
  /** `https://host:port` of the API server. */
  server: URL;
  /** Whom to trust, and who we are. */
  tls: ConnectionOptions;
  /** How many streams of a connection those that stay open leave to others, as far as the peer allows more than one. */
  spareStreams: number;
  /** Streams on one connection, if the peer allows more. */
  maxStreams: number;
  /** How much the server may send on a stream before it hears from us. */
  streamWindowBytes: number;
}

interface Waiter {
  isLasting: boolean;
  resolve: (session: Http2Session | 'http/1.1') => void;
  reject: (error: Error) => void;
}

const CONNECT_TIMEOUT_MS = 30_000;
const TCP_KEEPALIVE_DELAY_MS = 15_000;
const MAX_DIALS = 4;
/** Connections that short requests open, if the peer allows few streams on each. */
const MAX_REQUEST_SESSIONS = 8;
/** The same for all streams of a connection together. */
const WINDOW_BYTES = 16 * 1024 * 1024;

/**
 * HTTP/2 connections to one server, as few as the server's stream limits allow. Callers get streams in the order in which they
 * ask. The handshake tells whether the server speaks HTTP/2 at all.
 */
export class Http2Sessions {
  readonly #sessions = new Set<Http2Session>();
  readonly #waiting: Waiter[] = [];
  #dials = 0;
  #isHttp1 = false;
  #isClosed = false;
  #isDraining = false;

  constructor(private readonly settings: SessionsSettings) {}

  /**
   * Reserves a stream: send on it, or release it. Waits for a connection, or for a stream of one. Rejects with a failure to
   * connect, or the signal's reason when that aborts; an abort ends no attempt to connect, because a server that is short of
   * CPU answers abandoned attempts first.
   * @param isLasting for a watch or a log
   */
  async reserve(isLasting: boolean, signal: AbortSignal): Promise<Http2Session | 'http/1.1'> {
    signal.throwIfAborted();
    if (this.#isClosed) throw new Error('the connections are closed');
    return await new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(signal.reason as Error);
      };
      const settle =
        <T>(done: (value: T) => void) =>
        (value: T) => {
          signal.removeEventListener('abort', onAbort);
          done(value);
        };
      const waiter: Waiter = { isLasting, resolve: settle(resolve), reject: settle(reject) };
      signal.addEventListener('abort', onAbort);
      this.#waiting.push(waiter);
      this.#serve();
    });
  }

  /** Lets what is open, or waits, come to its end; keeps no connection after that. */
  drain(): void {
    this.#isDraining = true;
    for (const session of this.#sessions) session.drain();
  }

  close(): void {
    this.#isClosed = true;
    for (const session of this.#sessions) session.destroy();
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('the connections are closed'));
  }

  #serve(): void {
    const isServed = { lasting: true, short: true };
    for (const waiter of [...this.#waiting]) {
      const kind = waiter.isLasting ? 'lasting' : 'short';
      const session = this.#isHttp1 ? 'http/1.1' : isServed[kind] && this.#find(waiter.isLasting);
      if (!session) {
        isServed[kind] = false;
        continue;
      }
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      if (session !== 'http/1.1') session.reserve(waiter.isLasting);
      waiter.resolve(session);
    }
    this.#dialIfNeeded();
  }

  #limitOf(session: Http2Session): number {
    return Math.min(session.limit, this.settings.maxStreams);
  }

  #find(isLasting: boolean): Http2Session | undefined {
    for (const session of this.#sessions) {
      const limit = this.#limitOf(session);
      const maxLasting = Math.max(1, limit - this.settings.spareStreams);
      const isFull = session.active >= limit || (isLasting && session.lasting >= maxLasting);
      if (session.isUsable && !isFull) return session;
    }
    return undefined;
  }

  #dialIfNeeded(): void {
    if (this.#isClosed || this.#dials >= MAX_DIALS) return;
    const usable = [...this.#sessions].filter(({ isUsable }) => isUsable);
    const limit = Math.min(this.settings.maxStreams, ...usable.map((session) => session.limit));
    // Those that are on their way will serve as many.
    if (this.#waiting.length <= this.#dials * limit) return;
    const forRequests = usable.filter((session) => this.#limitOf(session) > session.lasting);
    const isLastingWaiting = this.#waiting.some(({ isLasting }) => isLasting);
    if (isLastingWaiting || forRequests.length + this.#dials < MAX_REQUEST_SESSIONS) void this.#dial();
  }

  async #dial(): Promise<void> {
    this.#dials += 1;
    try {
      const socket = await this.#connect();
      if (socket.alpnProtocol !== 'h2') {
        this.#isHttp1 = true;
        socket.destroy();
      } else await this.#open(socket);
    } catch (error) {
      for (const { reject } of this.#waiting.splice(0)) reject(error as Error);
    } finally {
      this.#dials -= 1;
    }
    this.#serve();
  }

  #connect(): Promise<TLSSocket> {
    const { server, tls } = this.settings;
    const host = server.hostname.replace(/^\[|\]$/g, '');
    const options = { host, port: Number(server.port || 443), ALPNProtocols: ['h2', 'http/1.1'] };
    return new Promise((resolve, reject) => {
      const socket = connectTls({ ...tls, ...options, servername: tls.servername ?? nameOf(host) });
      socket.setNoDelay(true).setKeepAlive(true, TCP_KEEPALIVE_DELAY_MS);
      socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error('no answer to a connection')));
      socket.once('error', reject).once('close', () => reject(new Error('the connection was refused')));
      socket.once('secureConnect', () => {
        socket.setTimeout(0);
        resolve(socket);
      });
    });
  }

  /** Resolves once the server has said how many streams it allows, which also proves that it answers. */
  async #open(socket: TLSSocket): Promise<void> {
    const { server, streamWindowBytes } = this.settings;
    const session = connectSession(server.origin, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: streamWindowBytes },
    });
    // Its streams fail with it. Without a listener, so would the process.
    session.on('error', () => undefined);
    const timer = setTimeout(
      () => session.destroy(new Error('no answer to a connection')),
      CONNECT_TIMEOUT_MS,
    );
    await new Promise<void>((resolve, reject) => {
      session.once('remoteSettings', () => resolve()).once('error', reject);
      session.once('close', () => reject(new Error('the connection was lost')));
    }).finally(() => clearTimeout(timer));
    session.setLocalWindowSize(WINDOW_BYTES);
    const opened: Http2Session = new Http2Session(session, socket, () => this.#onChange());
    if (this.#isClosed) opened.destroy();
    this.#sessions.add(opened);
    session.once('close', () => this.#sessions.delete(opened));
  }

  #onChange(): void {
    this.#serve();
    if (this.#waiting.length > 0) return;
    // One idle connection is kept for later, unless another identity has taken over.
    const idle = [...this.#sessions].filter(({ isUsable, active }) => isUsable && active === 0);
    for (const session of idle.slice(this.#isDraining ? 0 : 1)) session.drain();
  }
}

/** TLS does not take an address for a name. */
function nameOf(host: string): string | undefined {
  return /^[\d.]+$|:/.test(host) ? undefined : host;
}

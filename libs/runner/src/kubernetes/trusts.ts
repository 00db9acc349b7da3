import { createSecureContext, type SecureContext } from 'node:tls';
import { Http2Sessions } from './http2-sessions.js';
import type { Credentials } from './kube-credentials.js';

/**
 * What watches leave to other requests on their connection, and how many streams a connection has at most. The window is that
 * of Go's clients. With the 64 KiB of HTTP/2, a server may send 20 events of a watch before it hears from us: a worker that is
 * busy for 100 ms at a time then learns of 200 a second, and falls behind for minutes when 2,000 Jobs start at once.
 */
const REQUEST_STREAMS = { spareStreams: 32, maxStreams: 1_000, streamWindowBytes: 4 * 1024 * 1024 };
/** A slow reader leaves as much of each log in our memory. */
const LOG_STREAMS = { spareStreams: 0, maxStreams: 100, streamWindowBytes: 64 * 1024 };

/** The connections for one identity. */
interface Trust {
  identity: string;
  secureContext: SecureContext;
  /** Creates, reads and watches. */
  requests: Http2Sessions;
  logs: Http2Sessions;
}

/** The connections to one API server, under the identity that the credentials give. */
export class Trusts {
  #trust: Trust | null = null;
  /** By the credentials that were read: comparing certificates for each request would cost more than sending it. */
  readonly #trusts = new WeakMap<Credentials, Trust>();

  constructor(private readonly server: URL) {}

  /** The connections for these credentials. Those for a certificate that was replaced end with what is open. */
  of(credentials: Credentials): Trust {
    const known = this.#trusts.get(credentials);
    if (known) return known;
    const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = credentials;
    const identity = JSON.stringify([ca, cert, key, pfx, passphrase].map(String));
    if (this.#trust?.identity !== identity) {
      this.#trust?.requests.drain();
      this.#trust?.logs.drain();
      const secureContext = createSecureContext({ ca, cert, key, pfx, passphrase });
      const tls = { secureContext, servername, rejectUnauthorized };
      const { server } = this;
      const requests = new Http2Sessions({ server, tls, ...REQUEST_STREAMS });
      const logs = new Http2Sessions({ server, tls, ...LOG_STREAMS });
      this.#trust = { identity, secureContext, requests, logs };
    }
    this.#trusts.set(credentials, this.#trust);
    return this.#trust;
  }

  close(): void {
    this.#trust?.requests.close();
    this.#trust?.logs.close();
  }
}

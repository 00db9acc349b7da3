import { Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import type { LookupFunction } from 'node:net';
import * as tls from 'node:tls';
import { hostOf, proxyFor } from './proxies.js';
import { hostAndPort, lostProxy, proxyHeaders, refusedByProxy, requestOf } from './open-tunnel.js';
import type { OutboundSettings } from './read-outbound-settings.js';
import { KEEP_ALIVE, TunnelAgent } from './tunnel-agent.js';

export interface OutboundRequest {
  method: string;
  headers?: Readonly<Record<string, string | number>>;
  body?: string | Uint8Array;
  /** Aborts the whole exchange, also while the response is read. */
  signal: AbortSignal;
  /** How long connecting may take, TLS included. */
  connectTimeoutMs?: number;
  /** Connects to one of these addresses and nowhere else, on a connection of its own. */
  pinnedTo?: readonly PinnedAddress[];
}

export interface PinnedAddress {
  address: string;
  family: number;
}

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Requests to servers elsewhere: over the proxies of the environment, with the company's certificate authorities, to any
 * port, without redirects. Not over `fetch`: that of Node 20 knows no proxies, refuses ports that browsers refuse, and
 * gives up on a body that is silent for five minutes.
 */
export class Outbound {
  private readonly secureContext: tls.SecureContext | undefined;
  // Not Node's global agents, which may be told to use the proxies, too (NODE_USE_ENV_PROXY).
  private readonly direct = new Agent(KEEP_ALIVE);
  private readonly directTls: HttpsAgent;
  private readonly tunnels = new Map<string, TunnelAgent>();

  constructor(private readonly settings: OutboundSettings) {
    const { authorities } = settings;
    if (authorities.length > 0) {
      this.secureContext = tls.createSecureContext({ ca: [...wellKnownAuthorities(), ...authorities] });
    }
    this.directTls = new HttpsAgent({ ...KEEP_ALIVE, secureContext: this.secureContext });
  }

  /** For connections that are not HTTP. */
  get tlsOptions(): Pick<tls.ConnectionOptions, 'secureContext'> {
    return this.secureContext ? { secureContext: this.secureContext } : {};
  }

  isProxied(url: URL): boolean {
    return proxyFor(url, this.settings.proxies) !== null;
  }

  /**
   * Resolves once the headers of the response are there; its status may be any. A proxy that demands credentials counts as
   * one that cannot be reached.
   * @throws the signal's reason, or an error that `explainNetworkError` of libs/domain has words for
   */
  send(url: URL, request: OutboundRequest): Promise<IncomingMessage> {
    const { body, signal, connectTimeoutMs = CONNECT_TIMEOUT_MS, pinnedTo } = request;
    const proxy = proxyFor(url, this.settings.proxies);
    // A proxy forwards plain HTTP by itself, and often refuses to tunnel it. But it would resolve the name again.
    const forwarder = url.protocol === 'http:' && !pinnedTo ? proxy : null;
    return new Promise((resolve, reject) => {
      const fail = (error: Error) =>
        reject(signal.aborted ? (signal.reason as Error) : forwarder ? lostProxy(forwarder, error) : error);
      try {
        const sent = forwarder
          ? requestOf(forwarder)(this.forwardedBy(forwarder, url, request))
          : requestOf(url)(url, this.connectedTo(url, request));
        // Stays attached: a request that is aborted after its response emits an error, too.
        sent.on('error', fail);
        limitConnecting(sent, connectTimeoutMs);
        sent.once('response', (response) => {
          if (response.statusCode !== 407 || forwarder === null) return resolve(response);
          response.destroy();
          reject(refusedByProxy(forwarder, 407));
        });
        sent.end(body);
      } catch (error) {
        fail(error as Error);
      }
    });
  }

  /** Opens connections to the server of this address, for a WebSocket too. */
  agentFor(url: URL): Agent {
    const proxy = proxyFor(url, this.settings.proxies);
    const isTls = url.protocol === 'https:' || url.protocol === 'wss:';
    if (proxy === null) return isTls ? this.directTls : this.direct;
    const target = targetOf(url, hostOf(url), isTls);
    const key = `${isTls} ${target}`;
    const known = this.tunnels.get(key) ?? this.openTunnel(proxy, target, isTls);
    this.tunnels.set(key, known);
    return known;
  }

  private openTunnel(
    proxy: URL,
    target: string,
    isTls: boolean,
    timeoutMs = CONNECT_TIMEOUT_MS,
  ): TunnelAgent {
    const { secureContext } = this;
    return new TunnelAgent({ proxy, target, isTls, timeoutMs, secureContext });
  }

  private forwardedBy(proxy: URL, url: URL, { method, headers, signal }: OutboundRequest): Options {
    const own = { host: url.host, ...proxyHeaders(proxy) };
    return {
      ...hostAndPort(proxy),
      ...{
        method,
        signal,
        path: `${url.origin}${url.pathname}${url.search}`,
        headers: { ...headers, ...own },
      },
      ...{ agent: false, secureContext: this.secureContext },
    };
  }

  private connectedTo(url: URL, request: OutboundRequest): Options {
    const { method, headers, signal, pinnedTo, connectTimeoutMs } = request;
    if (!pinnedTo) return { method, headers, signal, agent: this.agentFor(url) };
    const proxy = proxyFor(url, this.settings.proxies);
    const [first] = pinnedTo;
    if (proxy === null || !first) {
      const { secureContext } = this;
      return { method, headers, signal, agent: false, lookup: pinnedLookup(pinnedTo), secureContext };
    }
    const isTls = url.protocol === 'https:';
    const tunnel = this.openTunnel(proxy, targetOf(url, first.address, isTls), isTls, connectTimeoutMs);
    return { method, headers: { connection: 'close', ...headers }, signal, agent: tunnel };
  }
}

type Options = RequestOptions & Pick<tls.ConnectionOptions, 'secureContext'>;

/** Node.js before 22.15 only tells those it ships with. */
function wellKnownAuthorities(): readonly string[] {
  const { getCACertificates } = tls as { getCACertificates?: (type: 'default') => readonly string[] };
  return getCACertificates?.('default') ?? tls.rootCertificates;
}

function targetOf({ port }: URL, host: string, isTls: boolean): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port || (isTls ? '443' : '80')}`;
}

function pinnedLookup(addresses: readonly PinnedAddress[]): LookupFunction {
  return (_hostname, options, callback) => {
    const [first] = addresses;
    if (options.all) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
}

function limitConnecting(request: ClientRequest, timeoutMs: number): void {
  request.on('socket', (socket) => {
    const isTls = socket instanceof tls.TLSSocket;
    // A tunnel is connected already.
    if (request.reusedSocket || (!isTls && !socket.connecting)) return;
    const late = () => request.destroy(new Error(`no connection within ${timeoutMs / 1_000} s`));
    const timer = setTimeout(late, timeoutMs);
    socket.once(isTls ? 'secureConnect' : 'connect', () => clearTimeout(timer));
    socket.once('close', () => clearTimeout(timer));
  });
}

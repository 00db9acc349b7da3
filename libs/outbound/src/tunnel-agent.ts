import { Agent, type AgentOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { openTunnel, type TunnelOptions } from './open-tunnel.js';

export interface TunnelAgentOptions extends TunnelOptions {
  isTls: boolean;
}

/** Load balancers drop connections that are idle for long without a word. */
export const KEEP_ALIVE: AgentOptions = { keepAlive: true, timeout: 4_000 };

/** Connects to one server through a proxy, for `node:http`, `node:https` and `ws`. */
export class TunnelAgent extends Agent {
  /** Node refuses an https request with an agent for http. */
  readonly protocol: string;

  constructor(private readonly tunnel: TunnelAgentOptions) {
    super(KEEP_ALIVE);
    this.protocol = tunnel.isTls ? 'https:' : 'http:';
  }

  override createConnection(
    { servername, host }: ConnectionOptions,
    onConnected: (error: Error | null, socket: Duplex) => void = () => undefined,
  ): undefined {
    const { isTls, secureContext } = this.tunnel;
    openTunnel(this.tunnel).then(
      (socket) => onConnected(null, isTls ? connectTls({ socket, servername, host, secureContext }) : socket),
      (error: Error) => onConnected(error, undefined as never),
    );
  }
}

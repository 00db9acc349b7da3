import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { addressKey } from '@app/plugins';

export interface SocketLimits {
  inAll: number;
  /** Null: one proxy has the sockets of many clients. */
  perAddress: number | null;
}

/**
 * Bounds the open sockets. Past a limit a new one replaces the oldest that carries no admitted request: one that is idle,
 * or whose client has not been identified yet. Sockets that are merely held open therefore block neither clients nor health checks.
 */
export class OpenSockets {
  private readonly addresses = new Map<Socket, string>();
  /** Oldest first. */
  private readonly idle = new Set<Socket>();
  private readonly byAddress = new Map<string, Set<Socket>>();

  constructor(private readonly limits: SocketLimits) {}

  watch(server: Pick<Server, 'on'>): void {
    // A socket can come twice: after an upgrade that was not done.
    server.on('connection', (socket: Socket) => {
      if (!this.addresses.has(socket)) this.add(socket);
    });
  }

  /** Keeps the socket until `release`, because it carries an admitted request. */
  hold(socket: Socket): void {
    this.idle.delete(socket);
  }

  /** Makes the socket the newest of those that may be replaced. */
  touch(socket: Socket): void {
    const address = this.addresses.get(socket);
    if (address === undefined) return;
    for (const sockets of [this.idle, this.byAddress.get(address)]) {
      if (sockets?.delete(socket)) sockets.add(socket);
    }
  }

  /** Call it when the request has been answered. */
  release(socket: Socket): void {
    if (this.addresses.has(socket)) this.idle.add(socket);
  }

  count(): number {
    return this.addresses.size;
  }

  private add(socket: Socket): void {
    const address = addressKey(socket.remoteAddress ?? '');
    const neighbours = this.byAddress.get(address) ?? new Set();
    this.byAddress.set(address, neighbours.add(socket));
    this.addresses.set(socket, address);
    this.idle.add(socket);
    socket.once('close', () => this.forget(socket));
    const { inAll, perAddress } = this.limits;
    if (perAddress !== null && neighbours.size > perAddress) this.dropOldest(neighbours);
    else if (this.addresses.size > inAll) this.dropOldest(this.idle);
  }

  /** The newest is idle itself, and goes if all others are held. */
  private dropOldest(sockets: ReadonlySet<Socket>): void {
    for (const socket of sockets) {
      if (!this.idle.has(socket)) continue;
      this.forget(socket);
      socket.destroy();
      return;
    }
  }

  private forget(socket: Socket): void {
    const address = this.addresses.get(socket);
    if (address === undefined) return;
    this.addresses.delete(socket);
    this.idle.delete(socket);
    const neighbours = this.byAddress.get(address);
    neighbours?.delete(socket);
    if (neighbours?.size === 0) this.byAddress.delete(address);
  }
}

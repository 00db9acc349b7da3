import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * `refused`: cuts open connections, and refuses new ones. `silent`: nothing passes in either direction until it is over,
 * as when a cable is unplugged and plugged in again. `no answers`: requests arrive and their answers are lost;
 * connections are cut when it is over.
 */
export type Passage = 'open' | 'refused' | 'silent' | 'no answers';

interface Pair {
  client: Socket;
  /** Null until the passage opens. */
  server: Socket | null;
}

/** Forwards a port of this machine to another one, as its passage allows. */
export class TcpProxy {
  private readonly pairs = new Set<Pair>();
  private passage: Passage = 'open';

  private constructor(
    private readonly listener: Server,
    private readonly targetPort: number,
  ) {}

  static async start(targetPort: number): Promise<TcpProxy> {
    const listener = createServer({ allowHalfOpen: true, noDelay: true });
    const proxy = new TcpProxy(listener, targetPort);
    listener.on('connection', (client) => proxy.accept(client));
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  setPassage(passage: Passage): void {
    const before = this.passage;
    if (passage === before) return;
    this.passage = passage;
    if (passage === 'refused' || before === 'no answers') return this.cutAll();
    for (const pair of this.pairs) this.flow(pair);
  }

  async close(): Promise<void> {
    this.listener.close();
    this.cutAll();
    await once(this.listener, 'close');
  }

  private accept(client: Socket): void {
    const pair: Pair = { client, server: null };
    client.on('error', () => this.cut(pair)).on('close', () => this.finish(pair));
    if (this.passage === 'refused') return void client.resetAndDestroy();
    this.pairs.add(pair);
    this.flow(pair);
  }

  private flow(pair: Pair): void {
    if (this.passage === 'silent') {
      for (const socket of [pair.client, pair.server]) socket?.unpipe().pause();
      return;
    }
    const { client } = pair;
    const server = (pair.server ??= this.openServer(pair));
    client.pipe(server);
    if (this.passage === 'open') server.pipe(client);
    else server.unpipe().resume();
  }

  private openServer(pair: Pair): Socket {
    const server = connect({ port: this.targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    return server.on('error', () => this.cut(pair)).on('close', () => this.finish(pair));
  }

  private cutAll(): void {
    for (const pair of [...this.pairs]) this.cut(pair);
  }

  /** One side has closed in order: data in flight to the other side still arrives. */
  private finish(pair: Pair): void {
    this.pairs.delete(pair);
    pair.client.destroySoon();
    pair.server?.destroySoon();
  }

  private cut(pair: Pair): void {
    this.pairs.delete(pair);
    pair.client.destroy();
    pair.server?.destroy();
  }
}

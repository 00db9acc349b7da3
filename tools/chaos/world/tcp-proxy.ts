import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * `refused`: cuts open connections, and refuses new ones. `silent`: nothing passes in either direction until it is over,
 * as when a cable is unplugged and plugged in again. `no answers`: requests arrive and their answers are lost;
 * connections are cut when it is over.
 */
export type Passage = 'open' | 'refused' | 'silent' | 'no answers';

/** Where a write to Postgres is caught: its request has not arrived there, or its commit has, and its answer is withheld. */
export type CaughtAt = 'before commit' | 'after commit';

/** The names of the statements with which a worker writes executions, in the messages that bind them. */
const BATCHED_WRITE = /record progress|finish\0/;
/** ReadyForQuery outside of a transaction: the commit is over. https://www.postgresql.org/docs/current/protocol-message-formats.html */
const COMMITTED = Buffer.from('Z\0\0\0\x05I', 'latin1');

interface Trap {
  at: CaughtAt;
  onCaught: () => void;
}

interface Pair {
  client: Socket;
  /** Null until the passage opens. */
  server: Socket | null;
  /** What passes is watched. */
  isTrapped: boolean;
}

/** Forwards a port of this machine to another one, as its passage allows. */
export class TcpProxy {
  private readonly pairs = new Set<Pair>();
  private passage: Passage = 'open';
  private trap: Trap | null = null;

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

  /** Waits until a batched write is caught. From then on nothing passes on its connection, until `release`. */
  catchWrite(at: CaughtAt): Promise<void> {
    return new Promise((onCaught) => {
      this.trap = { at, onCaught };
      for (const pair of this.pairs) this.flow(pair);
    });
  }

  /** Forgets the trap, and cuts what it holds. */
  release(): void {
    this.trap = null;
    this.cutAll();
  }

  async close(): Promise<void> {
    this.listener.close();
    this.cutAll();
    await once(this.listener, 'close');
  }

  private accept(client: Socket): void {
    const pair: Pair = { client, server: null, isTrapped: false };
    client.on('error', () => this.cut(pair)).on('close', () => this.finish(pair));
    if (this.passage === 'refused') return void client.resetAndDestroy();
    this.pairs.add(pair);
    this.flow(pair);
  }

  private flow(pair: Pair): void {
    if (pair.isTrapped) {
      for (const socket of [pair.client, pair.server]) {
        if (this.passage === 'silent') socket?.pause();
        else socket?.resume();
      }
      return;
    }
    if (this.passage === 'silent') {
      for (const socket of [pair.client, pair.server]) socket?.unpipe().pause();
      return;
    }
    const { client } = pair;
    const server = (pair.server ??= this.openServer(pair));
    if (this.trap) {
      pair.isTrapped = true;
      return watch(client, server, this.trap);
    }
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

/** Statements of a transaction come one after the other, so the answer that ends it is that of its commit. */
function watch(client: Socket, server: Socket, trap: Trap): void {
  let isWriting = false;
  let isCaught = false;
  const onCaught = () => {
    isCaught = true;
    trap.onCaught();
  };
  client.unpipe().on('data', (chunk: Buffer) => {
    if (isCaught) return;
    isWriting ||= BATCHED_WRITE.test(chunk.toString('latin1'));
    if (isWriting && trap.at === 'before commit') onCaught();
    else server.write(chunk);
  });
  // `unpipe` has paused them.
  client.resume();
  server.unpipe().on('data', (chunk: Buffer) => {
    if (isCaught) return;
    if (isWriting && chunk.subarray(-COMMITTED.length).equals(COMMITTED)) onCaught();
    else client.write(chunk);
  });
  server.resume();
}

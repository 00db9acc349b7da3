import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';

export interface OpenServer {
  port: number;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1. Closing it also closes its connections, tunnels included. */
export async function listen(server: Server): Promise<OpenServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A proxy as companies have them: forwards plain HTTP, tunnels to any port, and resolves each name to this machine. */
export class TestProxy {
  /** `CONNECT host:port` or `GET http://host/path` of each request. */
  readonly requests: string[] = [];
  /** `user:password` to demand; null: anyone may connect. */
  login: string | null = null;
  /** The status of the answer to each request; null: connects. */
  refusal: number | null = null;
  private open!: OpenServer;

  /** @param options with a certificate, if the proxy is to be reached over TLS */
  static async start(options: ServerOptions = {}): Promise<TestProxy> {
    const proxy = new TestProxy();
    const server = options.key ? createTlsServer(options) : createServer();
    server.on('request', (incoming, response) => proxy.forward(incoming, response));
    server.on('connect', (incoming: IncomingMessage, socket: Socket) => proxy.tunnel(incoming, socket));
    proxy.open = await listen(server);
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.open.port}`;
  }

  close(): Promise<void> {
    return this.open.close();
  }

  private note({ method, url, headers }: IncomingMessage): number | null {
    this.requests.push(`${method} ${url}`);
    const expected = this.login === null ? undefined : `Basic ${Buffer.from(this.login).toString('base64')}`;
    return headers['proxy-authorization'] === expected ? this.refusal : 407;
  }

  private forward(incoming: IncomingMessage, response: ServerResponse): void {
    const refusal = this.note(incoming);
    if (refusal !== null) return void response.writeHead(refusal).end();
    const { port, pathname, search } = new URL(incoming.url ?? '');
    const { method, headers } = incoming;
    const onward = request(
      { host: '127.0.0.1', port, path: pathname + search, method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.writeHead(502).end());
    incoming.pipe(onward);
  }

  private tunnel(incoming: IncomingMessage, socket: Socket): void {
    const refusal = this.note(incoming);
    if (refusal !== null) return void socket.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
    const onward = connect(Number(incoming.url?.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  }
}

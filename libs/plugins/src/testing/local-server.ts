import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface LocalRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  form: URLSearchParams;
}

export interface LocalAnswer {
  status: number;
  /** Objects are sent as JSON. */
  body?: object | string;
  headers?: Readonly<Record<string, string>>;
}

/** `cut` closes the connection without a response; `hang` never responds. */
export type Outage = 'cut' | 'hang';

/** An HTTP server on loopback that can simulate an outage without losing its port. */
export class LocalServer {
  readonly requests: LocalRequest[] = [];
  /** Null while the server is up. */
  outage: Outage | null = null;

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    readonly url: string,
  ) {}

  static async start(
    answer: (request: LocalRequest) => LocalAnswer | Promise<LocalAnswer>,
  ): Promise<LocalServer> {
    const server = createServer((incoming, response) => {
      void serve(incoming, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const local = new LocalServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return local;

    async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
      if (local.outage === 'cut') incoming.socket.destroy();
      if (local.outage !== null) return;
      const { pathname, searchParams } = new URL(incoming.url ?? '/', local.url);
      const request = {
        method: incoming.method ?? '',
        path: pathname,
        query: searchParams,
        headers: incoming.headers,
        form: new URLSearchParams(await text(incoming)),
      };
      local.requests.push(request);
      const { status, body = '', headers } = await answer(request);
      const isText = typeof body === 'string';
      response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers });
      response.end(isText ? body : JSON.stringify(body));
    }
  }

  countOf(path: string): number {
    return this.requests.filter((request) => request.path === path).length;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReceivedRequest {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface TargetAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** An HTTP server on loopback that records the requests it gets. */
export class WebTarget {
  readonly requests: ReceivedRequest[] = [];
  /** `hang`: does not answer. */
  answer: (request: ReceivedRequest) => TargetAnswer | 'hang' = () => ({ status: 200 });

  private constructor(private readonly server: Server) {}

  static async start(): Promise<WebTarget> {
    const server = createServer((incoming, response) => {
      void text(incoming).then((body) => {
        const request = { path: incoming.url ?? '', headers: incoming.headers, body };
        target.requests.push(request);
        const answer = target.answer(request);
        if (answer === 'hang') return;
        response.writeHead(answer.status, answer.headers).end(answer.body);
      });
    });
    const target = new WebTarget(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return target;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  at(path: string): ReceivedRequest[] {
    return this.requests.filter((request) => request.path === path);
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}

import { Agent, request, type IncomingMessage } from 'node:http';
import type { PlannedRequest } from './plan-request.js';

export interface FuzzAnswer {
  /** Null: the connection ended without an answer. */
  status: number | null;
  /** Headers and body; of a stream what came within `STREAM_MS`. */
  text: string;
  /** Until the end of the answer; of a stream until its headers. */
  ms: number;
}

/** How long a stream is read. */
const STREAM_MS = 100;
/** How long anything else is waited for. */
const PATIENCE_MS = 20_000;

export class FuzzClient {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(private readonly url: string) {}

  /** @throws Error if Node cannot send such a request at all */
  send({ method, path, headers, body }: PlannedRequest): Promise<FuzzAnswer> {
    const began = performance.now();
    const { hostname, port } = new URL(this.url);
    return new Promise((resolve) => {
      const finish = (status: number | null, text: string, at = performance.now()) =>
        resolve({ status, text, ms: at - began });
      const sent = request({
        hostname,
        port,
        method,
        path,
        agent: this.agent,
        headers: withBody(headers, body),
      });
      const impatient = setTimeout(() => sent.destroy(), PATIENCE_MS);
      sent.on('close', () => clearTimeout(impatient));
      sent.on('error', () => finish(null, ''));
      sent.on('upgrade', (response, socket) => {
        socket.destroy();
        finish(response.statusCode ?? null, headOf(response));
      });
      sent.on('response', (response) => {
        const atHead = performance.now();
        const status = response.statusCode ?? null;
        let text = headOf(response);
        const streamed = setTimeout(() => {
          if (!isStream(response)) return;
          finish(status, text, atHead);
          response.destroy();
        }, STREAM_MS);
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('close', () => {
          clearTimeout(streamed);
          finish(status, text);
        });
      });
      sent.end(body ?? undefined);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

const withBody = (headers: Record<string, string>, body: Buffer | null): Record<string, string> =>
  body ? { 'Content-Type': 'application/json', ...headers, 'Content-Length': String(body.length) } : headers;

const headOf = ({ statusCode, rawHeaders }: IncomingMessage): string =>
  `${statusCode} ${rawHeaders.join(' ')}\n`;

/** A log that is followed, or an export: the gateway does not know how long it will be. */
const isStream = ({ headers }: IncomingMessage): boolean => headers['transfer-encoding'] === 'chunked';

import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

/** A response whose head has arrived, over HTTP/1.1 or HTTP/2. */
export interface KubeResponse {
  status: number;
  headers: KubeHeaders;
  body: Readable;
  /** After the end of the body: false if it was cut. */
  isComplete(): boolean;
  /** Stops the transfer. May be repeated. */
  destroy(error?: Error): void;
}

/** By name in lower case. */
export type KubeHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** A request as either version sends it. */
export interface Outgoing {
  method: string;
  /** With the query. */
  path: string;
  headers: Record<string, string | number>;
  body: string | undefined;
  /** Aborts the request and, unless `isDetached`, the response. */
  signal: AbortSignal;
  isDetached: boolean;
}

/** An error before the head of the response. */
export interface ExchangeError extends Error {
  /** The server has surely not acted on it. */
  isUnprocessed?: boolean;
  /** A connection that had worked was lost. The request may have been acted on. */
  isConnectionLost?: boolean;
}

/** Never rejects for a body that is longer than the limit: what follows is left out. */
export function readBody(response: KubeResponse, limitBytes = Infinity): Promise<Buffer> {
  const { body } = response;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    body.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if ((bytes += chunk.length) <= limitBytes) return;
      finish();
      response.destroy();
    });
    body.once('end', finish).once('error', reject);
    body.once('close', () => reject(new Error('the connection was lost in the middle of the response')));
  });
}

export function toHttp1Response(response: IncomingMessage): KubeResponse {
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: response,
    isComplete: () => response.complete,
    destroy: (error) => void response.destroy(error),
  };
}

export function abortError(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}

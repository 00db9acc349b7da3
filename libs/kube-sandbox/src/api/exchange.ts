import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, type ServerHttp2Stream } from 'node:http2';

/** A request and its response. Those of HTTP/2 have a stream, and otherwise what we use of those of HTTP/1.1. */
export type ApiRequest = IncomingMessage & { stream?: ServerHttp2Stream };
export type ApiResponse = ServerResponse & { stream?: ServerHttp2Stream };

/** The client is gone, or the response was cut. */
export function isGone(response: ApiResponse): boolean {
  return response.stream?.closed ?? response.destroyed;
}

/** Ends a response so that the client sees that it is not complete: its connection, or its stream of HTTP/2. */
export function cut(response: ApiResponse): void {
  const { stream } = response;
  // Destroying the stream would say NO_ERROR, as if the response were complete.
  if (stream) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else response.destroy();
}

/** Reads no more of a request whose response is written. The rest of its body would be parsed as the next request. */
export function endAfterResponse(request: ApiRequest, response: ApiResponse): void {
  // Waits for the response to be sent. The response itself emits `finish` only when its stream has closed.
  if (request.stream) request.stream.close(constants.NGHTTP2_NO_ERROR);
  else response.once('finish', () => request.destroy());
}

/** Whether the client sends a body, of which HTTP/2 need not give the length. */
export function hasBody(request: ApiRequest): boolean {
  const { stream, headers } = request;
  if (stream) return !stream.endAfterHeaders;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Every name by which the client calls this server. */
export function hostsOf({ headers }: ApiRequest): string[] {
  return [headers.host, headers[':authority']].flatMap((host) => (typeof host === 'string' ? [host] : []));
}

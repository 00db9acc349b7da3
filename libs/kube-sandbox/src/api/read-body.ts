import type { IncomingMessage } from 'node:http';
import { ApiError, badRequest } from '../objects/api-error.js';

/** The limit of a real API server. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** Parses a request's JSON body; undefined without one. Throws `ApiError` 400 or 413. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_BODY_BYTES)
      throw new ApiError(
        413,
        'RequestEntityTooLarge',
        `Request entity too large: limit is ${MAX_BODY_BYTES}`,
      );
    chunks.push(chunk);
  }
  if (sizeBytes === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch (error) {
    throw badRequest(`couldn't decode the body as JSON: ${(error as Error).message}`);
  }
}

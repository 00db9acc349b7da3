import { ApiError, badRequest } from '../objects/api-error.js';
import type { ApiRequest } from './exchange.js';

/** The limit of a real API server. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** Parses a request's JSON body; undefined without one. Throws `ApiError` 400 or 413. */
export async function readBody(request: ApiRequest): Promise<unknown> {
  const body = await collect(request);
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch (error) {
    throw badRequest(`couldn't decode the body as JSON: ${(error as Error).message}`);
  }
}

/** Leaves the rest of too large a body unread: its response goes first, and over HTTP/2 needs the same stream. */
function collect(request: ApiRequest): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= MAX_BODY_BYTES) {
        chunks.push(chunk);
        return;
      }
      request.pause().removeAllListeners('data');
      const message = `Request entity too large: limit is ${MAX_BODY_BYTES}`;
      reject(new ApiError(413, 'RequestEntityTooLarge', message));
    });
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    const onGone = () => reject(badRequest('the request was not sent to its end'));
    request.once('error', onGone).once('close', onGone);
  });
}

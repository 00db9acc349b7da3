import { createHash } from 'node:crypto';

/** A static file that clients may cache. */
export interface WebFile {
  contentType: string;
  body: Buffer;
  /** A quoted hash of the body. */
  etag: string;
}

export function makeWebFile(contentType: string, content: string | Buffer): WebFile {
  const body = Buffer.from(content);
  const hash = createHash('sha256').update(body).digest('base64url');
  return { contentType, body, etag: `"${hash}"` };
}

/** Whether `If-None-Match` contains the file's ETag, so that the client has the current version. */
export function isCached({ etag }: WebFile, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === etag || tag === '*');
}

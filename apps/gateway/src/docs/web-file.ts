import { createHash } from 'node:crypto';

/** Something that is served as it is, and that clients may keep. */
export interface WebFile {
  contentType: string;
  body: Buffer;
  /** Of the body, quoted. */
  etag: string;
}

export function makeWebFile(contentType: string, content: string | Buffer): WebFile {
  const body = Buffer.from(content);
  const hash = createHash('sha256').update(body).digest('base64url');
  return { contentType, body, etag: `"${hash}"` };
}

/** Whether an `If-None-Match` names this file: then the client has it already. */
export function isKept({ etag }: WebFile, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === etag || tag === '*');
}

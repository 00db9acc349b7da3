import { idempotencyKey } from '@app/contract';
import type { IdempotencyKey } from '@app/database';
import { AppError } from '@app/domain';
import type { KeyedHash } from '../secrets/keyed-hash.js';

/** A key identifies one request of one caller on one route. */
export interface KeyScope {
  identity: string;
  /** `POST /execution`. */
  route: string;
  /** The content of the request: the same key with other content is refused. */
  request: unknown;
}

/** @param text the header; undefined: not sent @throws AppError `malformed_request` */
export function readIdempotencyKey(
  text: string | undefined,
  { identity, route, request }: KeyScope,
  hash: KeyedHash,
): IdempotencyKey | null {
  if (text === undefined) return null;
  const key = idempotencyKey.safeParse(text);
  if (!key.success) {
    throw new AppError('malformed_request', key.error.issues.map(({ message }) => message).join('; '));
  }
  const { hash: bodyHash, others: otherBodyHashes } = hash.of(request);
  return { identity, route, key: key.data, bodyHash, otherBodyHashes };
}

import { MAX_PROBLEMS, type QueryOf, type ReplyOf } from '@app/contract';
import {
  SEALED_KINDS,
  type KeyRotation,
  type SealedKind,
  type WalkPage,
  type WalkPlace,
} from '@app/database';
import { AppError } from '@app/domain';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Caller } from '../authentication/caller.js';

/** A page ends with the batch in which this is over. */
const PAGE_MS = 500;

/** Seals everything with the current PROCTOR_SECRET_KEY, page by page, so that no request takes long. */
export class RotateSecretKey {
  constructor(
    private readonly rotation: Pick<KeyRotation, 'keyId' | 'keyIds' | 'page'>,
    private readonly audit: AuditTrail,
  ) {}

  /** Changes nothing. */
  async check({ cursor }: QueryOf<'checkSecretKey'>): Promise<ReplyOf<'checkSecretKey'>> {
    return this.toReply(await this.page(cursor, false));
  }

  /** May be repeated, by any number of gateways at once. @throws AppError `conflict` if this gateway has another key */
  async rotate(
    { cursor, key_id }: QueryOf<'rotateSecretKey'>,
    { user, address }: Caller,
  ): Promise<ReplyOf<'rotateSecretKey'>> {
    const { keyId } = this.rotation;
    if (key_id !== undefined && key_id !== keyId) throw otherKey(key_id, keyId);
    const record = (details: Record<string, string>) =>
      this.audit.record({
        actor: user.email,
        action: 'rotateSecretKey',
        subject: keyId,
        allowed: true,
        address,
        details: { keyIds: this.rotation.keyIds.join(' '), ...details },
      });
    if (cursor === undefined) await record({ step: 'started' });
    const page = await this.page(cursor, true);
    if (page.next === null) await record({ step: 'ended' });
    return this.toReply(page);
  }

  private page(cursor: string | undefined, reseal: boolean): Promise<WalkPage> {
    const place = parsePlace(cursor ?? `${SEALED_KINDS[0]}:`);
    return this.rotation.page(place, { reseal, pageMs: PAGE_MS, maxProblems: MAX_PROBLEMS });
  }

  private toReply({
    kind,
    found,
    resealed,
    busy,
    failed,
    problems,
    next,
  }: WalkPage): ReplyOf<'checkSecretKey'> {
    return {
      key_id: this.rotation.keyId,
      accepted_key_ids: [...this.rotation.keyIds],
      kind,
      found: [...found].map(([key_id, count]) => ({ key_id, count })),
      ...{ resealed, busy, failed },
      problems: [...problems],
      ...(next && { next: `${next.kind}:${next.after}` }),
    };
  }
}

/** @param cursor KIND:AFTER, as the contract checks it */
function parsePlace(cursor: string): WalkPlace {
  const colon = cursor.indexOf(':');
  return { kind: cursor.slice(0, colon) as SealedKind, after: cursor.slice(colon + 1) };
}

function otherKey(asked: string, own: string): AppError {
  return new AppError(
    'conflict',
    `This gateway seals with key ${own}, but the rotation began with ${asked}.`,
    {
      hint: 'Give all gateways the same PROCTOR_SECRET_KEY, wait until the last one has restarted, then rotate again.',
    },
  );
}

import { FULL_SCOPE, type Scope } from '@app/domain';

/** What a user was identified by. */
export interface Credential {
  /** The token in Postgres; null: another credential. */
  tokenId: string | null;
  /** Tokens made with it expire no later. Null: never, or it is the plugin's. */
  expiresAt: Date | null;
  /** When it stops being accepted. Null: never, or only the plugin knows. */
  acceptedUntil: Date | null;
  scope: Scope;
  /** The token of a workload; left out: another credential. */
  workload?: WorkloadSource;
  /** The browser's session, in which the credential is; left out: the request carries the credential itself. */
  sessionId?: string;
}

/** The token by which a program was identified, as the audit trail names it. */
export interface WorkloadSource {
  /** The rule that allowed it. */
  rule: string;
  issuer: string;
  subject: string;
  /** `jti`; null: it has none. */
  tokenId: string | null;
}

/** A credential of which only the plugin knows more, or none while authentication is off. */
export const UNLIMITED: Credential = {
  tokenId: null,
  expiresAt: null,
  acceptedUntil: null,
  scope: FULL_SCOPE,
};

/** @param one null: never @param other null: never */
export function earlierOf<Other extends Date | null>(one: Date | null, other: Other): Date | Other {
  if (one === null) return other;
  return other === null || one < other ? one : other;
}

/** For audit entries. */
export function workloadDetails({ rule, subject, tokenId }: WorkloadSource): Record<string, string> {
  return {
    workload: rule,
    // Postgres refuses these in JSON, and the entry with it.
    sub: subject.replaceAll('\0', '').toWellFormed().slice(0, 500),
    ...(tokenId !== null && { jti: tokenId.replaceAll('\0', '').toWellFormed() }),
  };
}

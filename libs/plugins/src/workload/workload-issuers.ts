import { AppError } from '@app/domain';
import type { Outbound } from '@app/outbound';
import { BoundedMap } from '@app/timing';
import { decodeJwt } from 'jose';
import type { JsonObject } from '../http/parse-object.js';
import { checkToken, MAX_TOKEN_CHARACTERS, type CheckedToken } from '../oidc/check-token.js';
import { Issuer, IssuerError } from '../oidc/issuer.js';
import { parseEndpoint } from '../oidc/parse-endpoint.js';

const MAX_LIFETIME_SECONDS = 24 * 60 * 60;
const MAX_ISSUERS = 200;

/** What a token says of itself. Nothing is verified. */
export interface ClaimedOrigin {
  issuer: string;
  audiences: readonly string[];
}

export type CheckedWorkload =
  | { subject: string; acceptedUntil: Date; claims: JsonObject }
  /** A clause that quotes nothing from the token. */
  | { refusal: string };

export interface WorkloadIssuersOptions {
  outbound: Outbound;
  /** Unix milliseconds. */
  now?: () => number;
  /** The time limit for each request to an issuer. */
  timeoutMs?: number;
}

/** Null: it is no JWT with an issuer. */
export function readClaimedOrigin(token: string): ClaimedOrigin | null {
  if (token.length > MAX_TOKEN_CHARACTERS || token.split('.').length !== 3) return null;
  try {
    const { iss, aud } = decodeJwt(token);
    return typeof iss === 'string' ? { issuer: iss, audiences: audiencesOf(aud) } : null;
  } catch {
    return null;
  }
}

/** Whether tokens of this issuer can be verified: https, or http on loopback, exactly as it appears in its tokens. */
export function isIssuerAddress(text: string): boolean {
  return parseEndpoint(text, { mayBeHttp: true }) !== null && !/[?#\s]/.test(text);
}

/** Verifies tokens of any number of issuers, each with its own cached keys: one that is away delays no other. */
export class WorkloadIssuers {
  private readonly issuers = new BoundedMap<string, Issuer>({ maxSize: MAX_ISSUERS });
  private readonly now: () => number;

  constructor(private readonly options: WorkloadIssuersOptions) {
    this.now = options.now ?? Date.now;
  }

  /**
   * Contacts only issuers that the caller names, never one that just the token does.
   * @throws AppError `unavailable` if the issuer's keys are needed and cannot be fetched
   */
  async check(token: string, name: string, audiences: readonly string[]): Promise<CheckedWorkload> {
    const issuer = this.issuers.useOrCreate(name, () => new Issuer(name, { ...this.options, now: this.now }));
    const checked = await checkToken(token, { issuer, audiences, now: this.now }).catch((err: unknown) => {
      throw err instanceof IssuerError ? issuerAway(name, err) : err;
    });
    return 'refusal' in checked ? checked : readWorkload(checked);
  }
}

function readWorkload({
  claims,
  acceptedUntil,
}: Exclude<CheckedToken, { refusal: string }>): CheckedWorkload {
  const { sub, iat, exp } = claims;
  if (typeof sub !== 'string' || sub === '') return { refusal: 'it has no claim sub' };
  if (typeof iat !== 'number' || typeof exp !== 'number') return { refusal: 'it has no claim iat or exp' };
  if (exp - iat > MAX_LIFETIME_SECONDS) return { refusal: 'it is valid for more than 24 hours' };
  return { subject: sub, acceptedUntil, claims };
}

export function audiencesOf(aud: unknown): string[] {
  return [aud].flat().filter((one): one is string => typeof one === 'string');
}

function issuerAway(name: string, cause: IssuerError): AppError {
  return new AppError('unavailable', `The keys of the issuer ${name} are unavailable.`, {
    hint: 'Try again in a moment. If the problem persists, contact the operators of Proctor.',
    cause,
  });
}

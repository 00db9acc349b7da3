import { createHash } from 'node:crypto';
import type { WorkloadRecord, WorkloadsStore } from '@app/database';
import { findWorkloadRule, isSameEmail, type User } from '@app/domain';
import {
  audiencesOf,
  readClaimedOrigin,
  type CheckedWorkload,
  type ClaimedOrigin,
  type WorkloadIssuers,
} from '@app/plugins';
import { BoundedMap } from '@app/timing';
import { UNLIMITED, type Credential, type WorkloadSource } from './credential.js';
import { isOfPeople, isWorking, type People } from './working-rule.js';

const MAX_HINTS = 1_000;
const MAX_SHOWN_CHARACTERS = 300;
const MAX_SHOWN_NAMES = 50;
const MAX_JTI_CHARACTERS = 200;

export interface WorkloadTokensDependencies {
  rules: Pick<WorkloadsStore, 'ofIssuer'>;
  issuers: Pick<WorkloadIssuers, 'check'>;
  people: People;
}

export type FoundWorkload =
  | { kind: 'found'; user: User; credential: Credential }
  | { kind: 'refused' }
  /** Not the token of a workload. */
  | { kind: 'other' };

/**
 * Finds the service account of a program by a token of its own platform (CI job, pod), which a rule allows. A token that is
 * for an audience of people is never a workload's, whatever the rules say.
 */
export class WorkloadTokens {
  /** Of the latest lookups: the issuers that rules name. */
  private readonly knownIssuers = new Set<string>();
  /** By a hash of the token: what its owner is told. */
  private readonly hints = new BoundedMap<string, string>({ maxSize: MAX_HINTS });

  constructor(private readonly dependencies: WorkloadTokensDependencies) {}

  /** The rules are read each time: they count at once, and callers cache users for seconds. @throws AppError `unavailable` */
  async find(email: string | null, token: string): Promise<FoundWorkload> {
    const origin = readClaimedOrigin(token);
    if (!origin || this.isForPeople(origin)) return { kind: 'other' };
    const rules = await this.rulesOf(origin.issuer);
    if (rules.length === 0) return { kind: 'other' };
    const audiences = [...new Set(rules.map(({ audience }) => audience))];
    if (!origin.audiences.some((audience) => audiences.includes(audience))) {
      const shown = show(origin.audiences.join(', '));
      this.note(token, `No workload rule for this issuer has the token's audience ${shown}.`);
      return { kind: 'other' };
    }
    const checked = await this.dependencies.issuers.check(token, origin.issuer, audiences);
    if ('refusal' in checked) return this.refuse(token, `The token is refused: ${checked.refusal}.`);
    const rule = findWorkloadRule(rules, { ...checked, audiences: audiencesOf(checked.claims['aud']) });
    if (!rule) return this.refuse(token, describeMismatch(checked));
    const { account } = rule;
    if (!account.active)
      return this.refuse(token, `The account of the workload rule ${rule.name} is disabled.`);
    if (email !== null && !isSameEmail(email, account.email))
      return this.refuse(token, `The workload rule ${rule.name} is for another account than the Email-Id.`);
    return { kind: 'found', user: userOf(rule), credential: credentialOf(rule, checked) };
  }

  /** The issuer of a token, if the latest lookup found rules for it. */
  knownIssuerOf(token: string): string | null {
    const issuer = readClaimedOrigin(token)?.issuer;
    return issuer !== undefined && this.knownIssuers.has(issuer) ? issuer : null;
  }

  /** Why `find` refused a token, for who sent it. */
  hintFor(token: string): string | null {
    return this.hints.get(keyOf(token)) ?? null;
  }

  private async rulesOf(issuer: string): Promise<WorkloadRecord[]> {
    const rules = await this.dependencies.rules.ofIssuer(issuer);
    const working = rules.filter((rule) => isWorking(rule, this.dependencies.people));
    if (working.length > 0) this.knownIssuers.add(issuer);
    else this.knownIssuers.delete(issuer);
    return working;
  }

  private isForPeople({ issuer, audiences }: ClaimedOrigin): boolean {
    return audiences.some((audience) => isOfPeople(this.dependencies.people, issuer, audience));
  }

  private refuse(token: string, hint: string): FoundWorkload {
    this.note(token, hint);
    return { kind: 'refused' };
  }

  private note(token: string, hint: string): void {
    this.hints.set(keyOf(token), hint);
  }
}

function userOf({ account: { isService: _, ...user } }: WorkloadRecord): User {
  return user;
}

function credentialOf(
  { name, issuer, scope }: WorkloadRecord,
  { subject, acceptedUntil, claims }: Exclude<CheckedWorkload, { refusal: string }>,
): Credential {
  const { jti } = claims;
  const workload: WorkloadSource = {
    rule: name,
    issuer,
    subject,
    tokenId: typeof jti === 'string' ? jti.slice(0, MAX_JTI_CHARACTERS) : null,
  };
  // It makes no tokens that could outlive it.
  return { ...UNLIMITED, acceptedUntil, scope, workload };
}

/** The values are the caller's own; of other claims only the names, because the answer may end up in a log. */
function describeMismatch({ subject, claims }: Exclude<CheckedWorkload, { refusal: string }>): string {
  const names = Object.keys(claims)
    .filter((name) => /^[\w.:/-]{1,100}$/.test(name))
    .slice(0, MAX_SHOWN_NAMES);
  const audience = show(audiencesOf(claims['aud']).join(', '));
  return `No workload rule matches: the token has the subject ${show(subject)}, the audience ${audience} and the claims ${names.join(', ')}. An admin sees the rules with \`proctor workload list\`.`;
}

function show(text: string): string {
  return JSON.stringify(text.toWellFormed().slice(0, MAX_SHOWN_CHARACTERS));
}

function keyOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

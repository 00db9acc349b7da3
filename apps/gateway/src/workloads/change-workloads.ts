import type { BodyOf } from '@app/contract';
import {
  MAX_WORKLOADS,
  type CreateWorkloadOutcome,
  type WorkloadRecord,
  type WorkloadsStore,
} from '@app/database';
import { AppError } from '@app/domain';
import { isIssuerAddress } from '@app/plugins';
import { changeAccess } from '../accounts/change-access.js';
import { notByWorkloads } from '../accounts/change-tokens.js';
import { noAccount } from '../accounts/change-users.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { AccessNews } from '../authentication/access-news.js';
import { isOfPeople, type People } from '../authentication/working-rule.js';
import type { Caller } from '../authentication/caller.js';
import type { FindProc } from '../procs/find-proc.js';

export interface ChangeWorkloadsDependencies {
  workloads: Pick<WorkloadsStore, 'create' | 'find' | 'remove'>;
  findProc: Pick<FindProc, 'find'>;
  people: People;
  news: Pick<AccessNews, 'announce'>;
  audit: AuditTrail;
  isAuthenticationOn: boolean;
}

/** Creates and removes rules for tokens of workloads. */
export class ChangeWorkloads {
  constructor(private readonly dependencies: ChangeWorkloadsDependencies) {}

  /** @throws AppError `malformed_request`, `conflict`, `not_found`; `forbidden` to a workload, which must leave no other way in */
  async create(body: BodyOf<'createWorkload'>, caller: Caller): Promise<WorkloadRecord> {
    const { name, issuer, audience, subject, claims, account: email, scope: level, procs } = body;
    this.throwUnlessAllowed(body, caller);
    for (const proc of procs ?? []) await this.dependencies.findProc.find(proc, caller);
    const scope = { level, procs: procs ? [...new Set(procs)] : null };
    const rule = { name, issuer, audience, subject, claims, email, scope };
    const details = {
      ...{ issuer, audience, subject, account: email, scope: level },
      ...(Object.keys(claims).length > 0 && { claims: JSON.stringify(claims) }),
      ...(scope.procs && { procs: JSON.stringify(scope.procs) }),
      ...(caller.tokenId !== null && { parent: caller.tokenId }),
    };
    return changeAccess(
      this.dependencies,
      { action: 'createWorkload', subject: name, caller, details },
      async () => {
        const by = { createdBy: caller.user.email, parentId: caller.tokenId };
        const outcome = await this.dependencies.workloads.create({ ...rule, ...by });
        const created = outcome === 'created' ? await this.dependencies.workloads.find(name) : null;
        if (!created) throw outcome === 'created' ? noWorkload(name) : refusalOf(outcome, name, email);
        return created;
      },
    );
  }

  /** @throws AppError `not_found` */
  async remove(name: string, caller: Caller): Promise<void> {
    await changeAccess(this.dependencies, { action: 'removeWorkload', subject: name, caller }, async () => {
      if (!(await this.dependencies.workloads.remove(name))) throw noWorkload(name);
    });
  }

  private throwUnlessAllowed({ issuer, audience }: BodyOf<'createWorkload'>, caller: Caller): void {
    const { isAuthenticationOn, people } = this.dependencies;
    if (caller.workload) throw notByWorkloads('create rules for workloads');
    // Everyone is an admin now, and the rule would still let them in when authentication is on again.
    if (!isAuthenticationOn)
      throw new AppError(
        'conflict',
        'While authentication is off, the gateway creates no rules for workloads.',
        {
          hint: 'Set PROCTOR_AUTH_ENABLED=true first.',
        },
      );
    if (!isIssuerAddress(issuer)) throw badIssuer();
    if (isOfPeople(people, issuer, audience)) throw audienceOfPeople(audience);
  }
}

function badIssuer(): AppError {
  const message =
    'must be an https address (http only on loopback) without a query or credentials, exactly as the claim iss has it';
  return new AppError('malformed_request', 'The rule has errors', {
    details: [{ field: 'issuer', message }],
  });
}

function audienceOfPeople(audience: string): AppError {
  return new AppError('conflict', `People sign in with tokens of this issuer for the audience ${audience}.`, {
    hint: 'Let the workload request its token for another audience, and name that one.',
  });
}

function refusalOf(
  outcome: Exclude<CreateWorkloadOutcome, 'created'>,
  name: string,
  email: string,
): AppError {
  switch (outcome) {
    case 'name_taken':
      return new AppError('conflict', `There is a workload rule ${name} already.`, {
        hint: `Choose another name, or remove it first: \`proctor workload remove ${name}\`.`,
      });
    case 'too_many':
      return new AppError('conflict', `There are ${MAX_WORKLOADS} workload rules, which is the most.`, {
        hint: 'Remove those that are not in use: see `proctor workload list`.',
      });
    case 'no_account':
      return noAccount(email);
    case 'no_service':
      return new AppError('conflict', `${email} is the account of a person.`, {
        hint: 'Tokens of workloads sign in as service accounts: `proctor user create EMAIL --service`.',
      });
    case 'inactive':
      return new AppError('conflict', `The account ${email} is disabled.`, {
        hint: `Enable it first: \`proctor user update ${email} --activate\`.`,
      });
  }
}

export function noWorkload(name: string): AppError {
  return new AppError('not_found', `No such workload rule: ${name}.`, {
    hint: 'See `proctor workload list`.',
  });
}

import type { Scope, User, WorkloadRule } from '@app/domain';
import { readAccount } from '../accounts/account-row.js';
import { toScope } from '../accounts/token-owner.js';
import type { Database, Session } from '../connection/database.js';
import { Prisma } from '../generated/client.js';

/** They are listed in one answer, and read for each new token of their issuer. */
export const MAX_WORKLOADS = 200;

/** A rule for the tokens of an issuer, and the service account that they sign in as. */
export interface WorkloadRecord extends WorkloadRule {
  issuer: string;
  scope: Scope;
  account: User & { isService: boolean };
  createdAt: Date;
  createdBy: string;
  /** The token that it was created with; null: none. */
  parentId: string | null;
  /** False: that token, or one that it descends from, was revoked, or the account of one was disabled. */
  isParentGood: boolean;
}

export interface NewWorkload extends WorkloadRule {
  issuer: string;
  /** Of the service account, in any case. */
  email: string;
  scope: Scope;
  createdBy: string;
  parentId: string | null;
}

export type CreateWorkloadOutcome =
  'created' | 'name_taken' | 'too_many' | 'no_account' | 'no_service' | 'inactive';

interface Row {
  name: string;
  issuer: string;
  audience: string;
  subject: string;
  claims: Record<string, string>;
  scope: string;
  procs: string[];
  created_at: Date;
  created_by: string;
  parent_id: string | null;
  is_parent_good: boolean;
  account_id: bigint;
  email: string;
  account_name: string;
  active: boolean;
  is_service: boolean;
  groups: string[];
}

/** Rules for tokens of workloads. */
export class WorkloadsStore {
  constructor(private readonly database: Database) {}

  /** All, by name. */
  async list(): Promise<WorkloadRecord[]> {
    return this.select(Prisma.sql`true`);
  }

  async find(name: string): Promise<WorkloadRecord | null> {
    const [found] = await this.select(Prisma.sql`r.name = ${name}`);
    return found ?? null;
  }

  async ofIssuer(issuer: string): Promise<WorkloadRecord[]> {
    return this.select(Prisma.sql`r.issuer = ${issuer}`);
  }

  async create(rule: NewWorkload): Promise<CreateWorkloadOutcome> {
    return this.database.transaction(async (session) => {
      await session.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('proctor.workload_rule'))`;
      if ((await session.workloadRule.count()) >= MAX_WORKLOADS) return 'too_many';
      const account = await readAccount(session, rule.email);
      if (!account) return 'no_account';
      if (!account.isService) return 'no_service';
      if (!account.isActive) return 'inactive';
      return insert(session, { ...rule, email: account.email });
    });
  }

  /** Whether there was one. */
  async remove(name: string): Promise<boolean> {
    return (await this.database.client.workloadRule.deleteMany({ where: { name } })).count > 0;
  }

  private async select(condition: Prisma.Sql): Promise<WorkloadRecord[]> {
    const rows = await this.database.client.$queryRaw<Row[]>`
      SELECT r.name, r.issuer, r.audience, r.subject, r.claims, r.scope, r.procs, r.created_at, r.created_by, r.parent_id,
        a.id AS account_id, a.email, a.name AS account_name, a.active, a.is_service,
        ARRAY(SELECT group_name FROM account_membership m WHERE m.email = a.email ORDER BY group_name) AS groups,
        NOT EXISTS (
          WITH RECURSIVE line AS (
            SELECT t.* FROM access_token t WHERE t.id = r.parent_id
            UNION ALL
            SELECT t.* FROM line JOIN access_token t ON t.id = line.parent_id
          )
          SELECT 1 FROM line JOIN account maker ON maker.email = line.email
          WHERE line.revoked_at IS NOT NULL OR NOT maker.active) AS is_parent_good
      FROM workload_rule r JOIN account a ON a.email = r.email
      WHERE ${condition} ORDER BY r.name`;
    return rows.map(toRecord);
  }
}

async function insert(
  session: Session,
  { scope: { level, procs }, claims, ...columns }: NewWorkload,
): Promise<'created' | 'name_taken'> {
  const data = { ...columns, claims: { ...claims }, scope: level, procs: [...(procs ?? [])] };
  const { count } = await session.workloadRule.createMany({ data, skipDuplicates: true });
  return count === 1 ? 'created' : 'name_taken';
}

function toRecord(row: Row): WorkloadRecord {
  return {
    name: row.name,
    issuer: row.issuer,
    audience: row.audience,
    subject: row.subject,
    claims: row.claims,
    scope: toScope(row),
    account: {
      email: row.email,
      accountId: Number(row.account_id),
      name: row.account_name,
      active: row.active,
      groups: row.groups,
      isService: row.is_service,
    },
    createdAt: row.created_at,
    createdBy: row.created_by,
    parentId: row.parent_id,
    isParentGood: row.is_parent_good,
  };
}

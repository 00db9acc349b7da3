import type { ArgDeclaration, Proc, ProcSnapshot, SecretDeclaration } from '@app/domain';
import type { Database } from './database.js';
import type { Proc as ProcRow } from './generated/client.js';

/** A registered proc. The revision grows with each change. */
export interface RegisteredProc {
  proc: Proc;
  revision: number;
}

export class ProcsStore {
  constructor(private readonly database: Database) {}

  async find(name: string): Promise<RegisteredProc | null> {
    const row = await this.database.client.proc.findUnique({ where: { name } });
    return row && { proc: toProc(row), revision: row.revision };
  }

  /** Procs whose groups are all among these, by name. `null`: all procs. */
  async list(groups: readonly string[] | null): Promise<Proc[]> {
    if (groups === null) {
      return (await this.database.client.proc.findMany({ orderBy: { name: 'asc' } })).map(toProc);
    }
    const names = await this.database.client.$queryRaw<{ name: string }[]>`
      SELECT name FROM proc WHERE authorized_groups <@ ${[...groups]}::text[]`;
    const rows = await this.database.client.proc.findMany({
      where: { name: { in: names.map(({ name }) => name) } },
      orderBy: { name: 'asc' },
    });
    return rows.map(toProc);
  }

  /** Registers all of these or none; one that is there is replaced. May be repeated. */
  async register(procs: readonly Proc[]): Promise<void> {
    await this.database.client.$transaction(
      procs.map((proc) => {
        const columns = toColumns(proc);
        return this.database.client.proc.upsert({
          where: { name: proc.name },
          create: { name: proc.name, ...columns },
          update: { ...columns, revision: { increment: 1 } },
        });
      }),
    );
  }
}

/** What an execution keeps of its proc. */
export function snapshotOf(proc: Proc): ProcSnapshot {
  return {
    timeoutSeconds: proc.timeoutSeconds,
    retries: proc.retries,
    requiredSecrets: proc.secrets.map(({ name }) => name),
  };
}

function toColumns(proc: Proc) {
  const { name, args, secrets, authorizedGroups, concurrency, ...rest } = proc;
  return {
    ...rest,
    args: args.map((arg) => ({ ...arg })),
    secrets: secrets.map((secret) => ({ ...secret })),
    authorizedGroups: [...authorizedGroups],
    concurrencyLimit: concurrency?.limit ?? null,
    whenFull: concurrency?.whenFull ?? null,
  };
}

function toProc(row: ProcRow): Proc {
  return {
    name: row.name,
    description: row.description,
    imageName: row.imageName,
    args: row.args as unknown as ArgDeclaration[],
    secrets: row.secrets as unknown as SecretDeclaration[],
    authorizedGroups: row.authorizedGroups,
    author: row.author,
    contributors: row.contributors,
    organization: row.organization,
    allowUndeclaredArgs: row.allowUndeclaredArgs,
    timeoutSeconds: row.timeoutSeconds,
    retries: row.retries,
    concurrency:
      row.concurrencyLimit === null
        ? null
        : { limit: row.concurrencyLimit, whenFull: row.whenFull === 'refuse' ? 'refuse' : 'queue' },
  };
}

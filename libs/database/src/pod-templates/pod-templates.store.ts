import type { PodTemplate } from '@app/domain';
import type { Database, Session } from '../connection/database.js';
import type { Prisma } from '../generated/client.js';

export interface PodTemplateRecord {
  name: string;
  template: PodTemplate;
  /** Names of the procs that use it, sorted. */
  usedBy: readonly string[];
  updatedAt: Date;
  updatedBy: string;
}

const WITH_PROCS = { procs: { select: { name: true }, orderBy: { name: 'asc' } } } as const;

type Row = Prisma.PodTemplateGetPayload<{ include: typeof WITH_PROCS }>;

/** Pod templates of administrators. */
export class PodTemplatesStore {
  constructor(private readonly database: Database) {}

  /** All, by name. */
  async list(): Promise<PodTemplateRecord[]> {
    const rows = await this.database.client.podTemplate.findMany({
      include: WITH_PROCS,
      orderBy: { name: 'asc' },
    });
    return rows.map(toRecord);
  }

  async find(name: string): Promise<PodTemplateRecord | null> {
    const row = await this.database.client.podTemplate.findUnique({ where: { name }, include: WITH_PROCS });
    return row && toRecord(row);
  }

  /** Creates or replaces it. May be repeated. */
  async put(name: string, template: PodTemplate, updatedBy: string): Promise<PodTemplateRecord> {
    const columns = { template: template as unknown as Prisma.InputJsonObject, updatedBy };
    // Without `include` Prisma sends one statement (INSERT … ON CONFLICT), which a concurrent removal cannot split.
    const row = await this.database.client.podTemplate.upsert({
      where: { name },
      create: { name, ...columns },
      update: columns,
    });
    return toRecord({ ...row, procs: await this.usersOf(name) });
  }

  /** Removes it unless a proc uses it; then returns the names of those procs. */
  async remove(name: string): Promise<'removed' | 'not_found' | { usedBy: string[] }> {
    return this.database.transaction(async (session) => {
      // Locked before the look: a concurrent registration waits, and finds no template.
      const locked = await session.$queryRaw<unknown[]>`
        SELECT 1 FROM pod_template WHERE name = ${name} FOR UPDATE`;
      if (locked.length === 0) return 'not_found';
      const users = await this.usersOf(name, session);
      if (users.length > 0) return { usedBy: users.map((user) => user.name) };
      await session.podTemplate.delete({ where: { name } });
      return 'removed';
    });
  }

  private usersOf(name: string, session: Session = this.database.client): Promise<{ name: string }[]> {
    return session.proc.findMany({
      where: { podTemplate: name },
      select: { name: true },
      orderBy: { name: 'asc' },
    });
  }
}

function toRecord(row: Row): PodTemplateRecord {
  return {
    name: row.name,
    template: row.template as unknown as PodTemplate,
    usedBy: row.procs.map(({ name }) => name),
    updatedAt: row.updatedAt,
    updatedBy: row.updatedBy,
  };
}

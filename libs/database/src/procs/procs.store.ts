import { isDeepStrictEqual } from 'node:util';
import { AppError, type PodFile, type Proc } from '@app/domain';
import { appendEntry, type EntryOfChange } from '../audit/append-entry.js';
import type { Database, Session } from '../connection/database.js';
import type { ProcRevision as ProcRevisionRow } from '../generated/client.js';
import { FOREIGN_KEY_VIOLATION, hasCode } from '../connection/error-codes.js';
import {
  digestOf,
  procFromJson,
  toColumns,
  toProc,
  toRegisteredProc,
  type JsonProc,
  type RegisteredProc,
} from './proc-row.js';

/** A proc as it was, or is. */
export interface ProcRevision {
  proc: Proc;
  revision: number;
  /** Email; null: unknown, or a program of Proctor. */
  changedBy: string | null;
  changedAt: Date;
}

export type RemoveProcOutcome =
  | { kind: 'removed' }
  | { kind: 'not_found' }
  /** `live`: how many of its executions have not ended. */
  | { kind: 'in_use'; schedules: number; live: number };

export class ProcsStore {
  constructor(private readonly database: Database) {}

  async find(name: string): Promise<RegisteredProc | null> {
    const row = await this.database.client.proc.findUnique({ where: { name } });
    return row && toRegisteredProc(row);
  }

  /** All procs, by name. The caller filters by access. */
  async list(): Promise<Proc[]> {
    return (await this.database.client.proc.findMany({ orderBy: { name: 'asc' } })).map(toProc);
  }

  /** Those of these procs that take any undeclared arg. */
  async listOpen(names: readonly string[]): Promise<Set<string>> {
    const rows = await this.database.client.proc.findMany({
      where: { name: { in: [...names] }, allowUndeclaredArgs: true },
      select: { name: true },
    });
    return new Set(rows.map(({ name }) => name));
  }

  /** Names of the procs that require this group, sorted. */
  async listOfGroup(group: string): Promise<string[]> {
    const rows = await this.database.client.proc.findMany({
      where: { authorizedGroups: { has: group } },
      select: { name: true },
      orderBy: { name: 'asc' },
    });
    return rows.map(({ name }) => name);
  }

  /**
   * Registers all of these procs or none; replaces existing ones. May be repeated. A proc that changes gets a new revision,
   * one that is registered as it is does not. Audited if `entryOf` is given.
   * @throws AppError `conflict` if a pod template has been removed meanwhile
   */
  async register(procs: readonly Proc[], entryOf?: EntryOfChange<RegisteredProc>): Promise<void> {
    await this.upsert(procs, entryOf).catch((cause: unknown) => {
      if (!hasCode(cause, FOREIGN_KEY_VIOLATION)) throw cause;
      const names = procs.flatMap(({ pod }) => pod.template ?? []);
      throw new AppError('conflict', `A pod template (${names.join(', ')}) has just been removed.`, {
        hint: 'See `proctor pod-template list`.',
        cause,
      });
    });
  }

  private async upsert(procs: readonly Proc[], entryOf?: EntryOfChange<RegisteredProc>): Promise<void> {
    await this.database.transaction(async (session) => {
      // One registration at a time: two with the same procs in another order would deadlock.
      await session.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('proctor.procs'))`;
      const names = procs.map(({ name }) => name);
      const rows = await session.proc.findMany({ where: { name: { in: names } } });
      const current = new Map(rows.map((row) => [row.name, toRegisteredProc(row)]));
      for (const proc of procs) {
        for (const file of proc.pod.files) await storeFile(session, file);
        const before = current.get(proc.name) ?? null;
        const isUnchanged = before !== null && isSame(before.proc, proc);
        const after = isUnchanged ? before : await writeProc(session, proc, before?.revision ?? 0);
        const entry = entryOf?.(before, after);
        if (!isUnchanged) await writeRevision(session, proc.name, entry?.actor ?? null);
        if (entry) await appendEntry(session, entry);
        current.set(proc.name, after);
      }
    });
  }

  /** Newest first: at most `limit`, older than `before`. Also of a proc that has been removed and registered again. */
  async listRevisions(name: string, before: number | null, limit: number): Promise<ProcRevision[]> {
    const rows = await this.database.client.procRevision.findMany({
      where: { procName: name, ...(before !== null && { revision: { lt: before } }) },
      orderBy: { revision: 'desc' },
      take: limit,
    });
    return rows.map(toRevision);
  }

  async findRevision(name: string, revision: number): Promise<ProcRevision | null> {
    const where = { procName_revision: { procName: name, revision } };
    const row = await this.database.client.procRevision.findUnique({ where });
    return row && toRevision(row);
  }

  /** The files of a proc or execution with their texts. A text that is gone is left out: register the proc again. */
  async readFiles(files: readonly PodFile[]): Promise<PodFile[]> {
    if (files.length === 0) return [];
    const digests = files.map(({ digest }) => digest);
    const rows = await this.database.client.fileText.findMany({ where: { digest: { in: digests } } });
    const texts = new Map(rows.map(({ digest, content }) => [digest, content]));
    return files.map((file) => {
      const content = texts.get(file.digest);
      return content === undefined ? file : { ...file, content };
    });
  }

  /**
   * Removes a proc with its secrets, unless a schedule or a live execution needs it. Its history stays. A concurrent
   * request for a proc without a concurrency limit may still be accepted after the removal.
   */
  async remove(name: string): Promise<RemoveProcOutcome> {
    return this.database.transaction(async (session) => {
      // Locked before the count: a concurrent request that adds a schedule or takes a slot waits, and finds no proc.
      const locked = await session.$queryRaw<unknown[]>`SELECT 1 FROM proc WHERE name = ${name} FOR UPDATE`;
      if (locked.length === 0) return { kind: 'not_found' };
      const [used] = await session.$queryRaw<{ schedules: number; live: number }[]>`
        SELECT (SELECT count(*)::int FROM schedule WHERE proc_name = ${name}) AS schedules,
          (SELECT count(*)::int FROM execution WHERE proc_name = ${name} AND ended_at IS NULL) AS live`;
      if (used && used.schedules + used.live > 0) return { kind: 'in_use', ...used };
      await session.procSecret.deleteMany({ where: { procName: name } });
      await session.proc.delete({ where: { name } });
      return { kind: 'removed' };
    });
  }
}

function isSame(before: Proc, after: Proc): boolean {
  const [one, other] = [before, after].map((proc) => JSON.parse(JSON.stringify(toColumns(proc))) as unknown);
  return isDeepStrictEqual(one, other);
}

/**
 * The numbers of a proc that was removed are not used again.
 * @param current its revision; 0: it is not registered. An older version of the services may have begun again at 1.
 */
async function writeProc(session: Session, proc: Proc, current: number): Promise<RegisteredProc> {
  const { name } = proc;
  const { _max: last } = await session.procRevision.aggregate({
    where: { procName: name },
    _max: { revision: true },
  });
  const columns = { ...toColumns(proc), revision: Math.max(current, last.revision ?? 0) + 1 };
  const row = await session.proc.upsert({ where: { name }, create: { name, ...columns }, update: columns });
  return toRegisteredProc(row);
}

async function writeRevision(session: Session, name: string, changedBy: string | null): Promise<void> {
  await session.$executeRaw`
    INSERT INTO proc_revision (proc_name, revision, definition, changed_by, changed_at)
    SELECT name, revision, to_jsonb(p), ${changedBy}, updated_at FROM proc p WHERE name = ${name}`;
}

function toRevision({ definition, revision, changedBy, changedAt }: ProcRevisionRow): ProcRevision {
  const { proc } = procFromJson(definition as unknown as JsonProc);
  return { proc, revision, changedBy, changedAt };
}

/** One text may be in many procs and revisions. It never changes. */
async function storeFile(session: Session, { content = '' }: PodFile): Promise<void> {
  await session.$executeRaw`
    INSERT INTO file_text (digest, content) VALUES (${digestOf(content)}, ${content})
    ON CONFLICT (digest) DO UPDATE SET unused_since = NULL`;
}

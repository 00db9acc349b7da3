import type { Schedule } from '@app/domain';
import type { Database } from './database.js';
import { Prisma, type Schedule as ScheduleRow } from './generated/client.js';
import { namesOfSealed, type SealedArgs } from './sealed-args.js';

/** A schedule that was checked against its proc. */
export interface NewSchedule {
  procName: string;
  /** Without those of type `secret`. */
  args: Readonly<Record<string, string>>;
  secretArgs: SealedArgs | null;
  /** Of all args, keyed: a proc is scheduled once with the same args. */
  argsHash: string;
  tags: string;
  cron: string;
  notificationEmails: readonly string[];
  userEmail: string;
  group: string;
  enabled: boolean;
}

/** What is left out stays. `args`, `secretArgs` and `argsHash` belong together. */
export type ScheduleChanges = Partial<Omit<NewSchedule, 'procName' | 'userEmail'>>;

export type CreateScheduleOutcome =
  { kind: 'created'; schedule: Schedule } | { kind: 'duplicate' } | { kind: 'no_proc' };

export type UpdateScheduleOutcome =
  { kind: 'updated'; schedule: Schedule } | { kind: 'duplicate' } | { kind: 'not_found' };

export class SchedulesStore {
  constructor(private readonly database: Database) {}

  /** One of several calls at once with the same proc and args wins; the others are duplicates. */
  async create(schedule: NewSchedule): Promise<CreateScheduleOutcome> {
    const { procName, userEmail, ...rest } = schedule;
    const { args, argsHash, tags, cron, group: groupName, enabled } = rest;
    const data = { ...toColumns(rest), procName, userEmail, args, argsHash, tags, cron, groupName, enabled };
    try {
      const row = await this.database.client.schedule.create({ data });
      return { kind: 'created', schedule: toSchedule(row) };
    } catch (error) {
      if (hasCode(error, UNIQUE_VIOLATION)) return { kind: 'duplicate' };
      if (hasCode(error, FOREIGN_KEY_VIOLATION)) return { kind: 'no_proc' };
      throw error;
    }
  }

  async find(id: number): Promise<Schedule | null> {
    const row = await this.database.client.schedule.findUnique({ where: { id: BigInt(id) } });
    return row && toSchedule(row);
  }

  /** By id. */
  async listEnabled(): Promise<Schedule[]> {
    const rows = await this.database.client.schedule.findMany({
      where: { enabled: true },
      orderBy: { id: 'asc' },
    });
    return rows.map(toSchedule);
  }

  async update(id: number, changes: ScheduleChanges): Promise<UpdateScheduleOutcome> {
    try {
      const row = await this.database.client.schedule.update({
        where: { id: BigInt(id) },
        data: toColumns(changes),
      });
      return { kind: 'updated', schedule: toSchedule(row) };
    } catch (error) {
      if (hasCode(error, UNIQUE_VIOLATION)) return { kind: 'duplicate' };
      if (hasCode(error, NO_SUCH_ROW)) return { kind: 'not_found' };
      throw error;
    }
  }

  /** False: there was none. Its executions stay. */
  async remove(id: number): Promise<boolean> {
    const { count } = await this.database.client.schedule.deleteMany({ where: { id: BigInt(id) } });
    return count > 0;
  }

  /** Null: it has none, or there is no such schedule. */
  async readSecretArgs(id: number): Promise<SealedArgs | null> {
    const row = await this.database.client.schedule.findUnique({
      where: { id: BigInt(id) },
      select: { secretArgs: true },
    });
    return (row?.secretArgs ?? null) as SealedArgs | null;
  }
}

// https://www.prisma.io/docs/orm/reference/error-reference
const UNIQUE_VIOLATION = 'P2002';
const FOREIGN_KEY_VIOLATION = 'P2003';
const NO_SUCH_ROW = 'P2025';

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === code;
}

function toColumns({ args, secretArgs, notificationEmails, group, ...rest }: ScheduleChanges) {
  return {
    ...rest,
    args,
    secretArgs: secretArgs === null ? Prisma.DbNull : secretArgs,
    notificationEmails: notificationEmails && [...notificationEmails],
    groupName: group,
  };
}

function toSchedule(row: ScheduleRow): Schedule {
  return {
    id: Number(row.id),
    procName: row.procName,
    args: row.args as Record<string, string>,
    secretArgNames: namesOfSealed(row.secretArgs as SealedArgs | null),
    tags: row.tags,
    cron: row.cron,
    notificationEmails: row.notificationEmails,
    userEmail: row.userEmail,
    group: row.groupName,
    enabled: row.enabled,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

import {
  EXECUTION_STATUSES,
  type ExecutionStatus,
  FINAL_STATUSES,
  isFinal,
  isSameEmail,
  type Owner,
} from '@app/domain';
import { SUMMARY_COLUMNS } from '../executions/execution-row.js';
import { Prisma } from '../generated/client.js';

/** All given conditions must hold. Times are those of acceptance: at `since` or later, before `until`. */
export interface HistoryFilter {
  procName?: string;
  userEmail?: string;
  statuses?: readonly ExecutionStatus[];
  scheduleId?: number;
  since?: Date;
  until?: Date;
  /** Null: all executions (admins). */
  visibleTo: Visible | null;
}

/** The user's own executions, and those of these procs. */
export interface Visible {
  owner: Owner;
  /** The procs of which own executions are visible; null: of all. */
  ownProcNames: readonly string[] | null;
  procNames: readonly string[];
}

export interface HistoryPage {
  /** Id of the last execution of the previous page; null: the first page. */
  before: number | null;
  limit: number;
}

/**
 * The statement that reads one page of the history; null: nothing can match. It is a union of branches, each of which
 * reads one range of one index, newest first, limited to the size of the page (ADR 0010). Rows are read last, by id.
 */
export function historyQuery(filter: HistoryFilter, page: HistoryPage): Prisma.Sql | null {
  const scopes = scopesOf(filter);
  const statusGroups = statusGroupsOf(filter.statuses);
  const branches = scopes.flatMap((scope) =>
    statusGroups.map((statuses) => branchOf(scope, statuses, filter, page)),
  );
  if (branches.length === 0) return null;
  return Prisma.sql`
    SELECT ${SUMMARY_COLUMNS} FROM (
      SELECT DISTINCT id FROM (${Prisma.join(branches, ' UNION ALL ')}) found ORDER BY id DESC LIMIT ${page.limit}
    ) page JOIN execution e ON e.id = page.id ORDER BY page.id DESC`;
}

/** Null: any. */
interface Scope {
  procNames: readonly string[] | null;
  userEmail: string | null;
  /** Exclusive: older ones are of an earlier account of the same email. */
  afterId: number | null;
}

/** `ended`: any final status. */
type StatusGroup =
  { kind: 'any' | 'ended' } | { kind: 'some_live' | 'some_ended'; statuses: readonly ExecutionStatus[] };

/** The part of the filter that the caller may see; an execution in several scopes is found several times. */
function scopesOf({ procName, userEmail, visibleTo }: HistoryFilter): Scope[] {
  const procNames = procName === undefined ? null : [procName];
  const asked: Scope = { procNames, userEmail: userEmail ?? null, afterId: null };
  if (visibleTo === null) return [asked];
  const own = ownScopesOf({ procName, userEmail }, visibleTo);
  if (procName !== undefined) return visibleTo.procNames.includes(procName) ? [asked] : own;
  const isAllOwn = visibleTo.owner.accountId === undefined;
  if (userEmail !== undefined && own.length > 0 && isAllOwn) return own;
  const seen = [...new Set(visibleTo.procNames)];
  return seen.length === 0 ? own : [...own, { procNames: seen, userEmail: userEmail ?? null, afterId: null }];
}

function ownScopesOf(
  { procName, userEmail }: Pick<HistoryFilter, 'procName' | 'userEmail'>,
  { owner: { email, accountId }, ownProcNames }: Visible,
): Scope[] {
  if (email === '' || (userEmail !== undefined && !isSameEmail(userEmail, email))) return [];
  const own = { userEmail: email, afterId: accountId ?? null };
  if (procName === undefined) return ownProcNames?.length === 0 ? [] : [{ procNames: ownProcNames, ...own }];
  const isVisible = ownProcNames === null || ownProcNames.includes(procName);
  return isVisible ? [{ procNames: [procName], ...own }] : [];
}

function statusGroupsOf(asked: readonly ExecutionStatus[] | undefined): StatusGroup[] {
  if (asked === undefined || EXECUTION_STATUSES.every((status) => asked.includes(status))) {
    return [{ kind: 'any' }];
  }
  const live = [...new Set(asked)].filter((status) => !isFinal(status));
  const ended = [...new Set(asked)].filter(isFinal);
  return [
    ...(live.length === 0 ? [] : [{ kind: 'some_live' as const, statuses: live }]),
    ...(ended.length === FINAL_STATUSES.length
      ? [{ kind: 'ended' as const }]
      : ended.length === 0
        ? []
        : [{ kind: 'some_ended' as const, statuses: ended }]),
  ];
}

function branchOf(
  { procNames, userEmail, afterId }: Scope,
  statuses: StatusGroup,
  { scheduleId, since, until }: HistoryFilter,
  { before, limit }: HistoryPage,
): Prisma.Sql {
  const { sources, conditions } = rangesOf(procNames, statuses, { scheduleId, userEmail });
  const window: Prisma.Sql[] = [];
  if (userEmail !== null) conditions.push(Prisma.sql`user_email = ${userEmail}`);
  if (scheduleId !== undefined) conditions.push(Prisma.sql`schedule_id = ${scheduleId}`);
  if (since !== undefined) window.push(Prisma.sql`id >= ${firstIdAt(since)}`);
  if (until !== undefined) window.push(Prisma.sql`id < ${firstIdAt(until)}`);
  if (afterId !== null) window.push(Prisma.sql`id > ${afterId}`);
  if (before !== null) window.push(Prisma.sql`id < ${before}`);
  conditions.push(...window);
  return sources.length === 0
    ? newestOf(conditions, limit)
    : mergedRanges(sources, conditions, window, limit);
}

/** The equality conditions of a branch; `sources` supply the conditions that take one value after another. */
function rangesOf(
  procNames: readonly string[] | null,
  statuses: StatusGroup,
  others: { scheduleId: number | undefined; userEmail: string | null },
): { sources: RangeSource[]; conditions: Prisma.Sql[] } {
  const sources: RangeSource[] = [];
  const conditions: Prisma.Sql[] = [];
  if (procNames !== null) {
    // A schedule has one proc, and live executions are few: here the procs need no ranges of their own.
    if (procNames.length > 1 && (others.scheduleId !== undefined || statuses.kind === 'some_live'))
      conditions.push(Prisma.sql`proc_name = ANY(${[...procNames]}::text[])`);
    else addEqual(Prisma.sql`proc_name`, 'proc', procNames);
  }
  // If the procs are ranges already, skipping the few live executions is cheaper than a range for each final status.
  if (statuses.kind === 'ended' && sources.length > 0) conditions.push(Prisma.sql`ended_status IS NOT NULL`);
  else if (statuses.kind === 'ended') addEqual(Prisma.sql`ended_status`, 'status', FINAL_STATUSES);
  if (statuses.kind === 'some_live')
    conditions.push(Prisma.sql`ended_at IS NULL AND status = ANY(${[...statuses.statuses]}::text[])`);
  // The planner expects almost no rows with a status that appeared after the last statistics, and would then read all
  // of them for each proc. So the value is hidden from it, unless a user is given: then it must choose between two
  // indexes.
  const isHidden = sources.length > 0 && others.userEmail === null;
  if (statuses.kind === 'some_ended')
    addEqual(Prisma.sql`ended_status`, 'status', statuses.statuses, isHidden);
  return { sources, conditions };

  function addEqual(
    column: Prisma.Sql,
    name: RangeSource['name'],
    values: readonly string[],
    isHidden = false,
  ): void {
    if (values.length === 1 && !isHidden) conditions.push(Prisma.sql`${column} = ${values[0]}`);
    else {
      sources.push({ name, values });
      conditions.push(Prisma.sql`${column} = ${VALUE_OF[name]}`);
    }
  }
}

interface RangeSource {
  name: 'proc' | 'status';
  values: readonly string[];
}
const VALUE_OF = { proc: Prisma.sql`head.proc`, status: Prisma.sql`head.status` };
const ALIAS_OF = { proc: Prisma.sql`proc`, status: Prisma.sql`status` };

/**
 * The newest of many ranges, one for each combination of the sources' values. The newest id of each range is read
 * first: a range whose newest is older than that of `limit` others contributes nothing to this page.
 */
function mergedRanges(
  sources: readonly RangeSource[],
  conditions: readonly Prisma.Sql[],
  window: readonly Prisma.Sql[],
  limit: number,
): Prisma.Sql {
  const columns = Prisma.join(sources.map(({ name }) => ALIAS_OF[name]));
  const values = Prisma.join(
    sources.map((source) => valuesOf(source, sources.length > 1 ? window : null)),
    ' CROSS JOIN ',
  );
  return Prisma.sql`(
    WITH range_head AS MATERIALIZED (
      SELECT head.*, newest.id FROM (SELECT ${columns} FROM ${values}) head
      CROSS JOIN LATERAL ${newestOf(conditions, 1)} newest
    ), lowest AS (
      SELECT coalesce((SELECT id FROM range_head ORDER BY id DESC OFFSET ${limit - 1} LIMIT 1), 0) AS id
    )
    SELECT newest.id FROM range_head head CROSS JOIN LATERAL ${newestOf(
      [...conditions, Prisma.sql`id >= (SELECT id FROM lowest)`],
      limit,
    )} newest
    WHERE head.id >= (SELECT id FROM lowest))`;
}

/**
 * The values to take one after another.
 * @param window conditions on the id; if given, statuses that do not occur in it are left out, because each would be a
 * range per proc
 */
function valuesOf({ name, values }: RangeSource, window: readonly Prisma.Sql[] | null): Prisma.Sql {
  const all = Prisma.sql`unnest(${[...values]}::text[])`;
  if (name !== 'status' || window === null) return Prisma.sql`${all} AS ${ALIAS_OF[name]}`;
  const any = newestOf([Prisma.sql`ended_status = asked.value`, ...window], 1);
  return Prisma.sql`(
    SELECT asked.value AS status FROM ${all} AS asked(value) CROSS JOIN LATERAL ${any} any_of_it OFFSET 0
  ) status`;
}

function newestOf(conditions: readonly Prisma.Sql[], limit: number): Prisma.Sql {
  const where =
    conditions.length === 0 ? Prisma.empty : Prisma.sql`WHERE ${Prisma.join([...conditions], ' AND ')}`;
  return Prisma.sql`(SELECT id FROM execution ${where} ORDER BY id DESC LIMIT ${limit})`;
}

const FIRST_MS = Date.UTC(2025, 0, 1);

/** The same as first_execution_id_at() in the database: milliseconds since 2025, shifted by 12 bits. */
function firstIdAt(at: Date): bigint {
  return BigInt(at.getTime() - FIRST_MS) * 4096n;
}

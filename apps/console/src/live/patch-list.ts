import type { ExecutionReply } from '@app/contract';
import { isSameEmail } from '@app/domain';

export interface ExecutionList {
  executions: ExecutionReply[];
  next?: string | undefined;
}

/** The query of `GET /execution` as the console sends it. */
export type ListQuery = Readonly<Record<string, string | undefined>>;

const KNOWN = ['proc', 'user', 'status', 'schedule', 'since', 'until', 'limit', 'cursor'];

/** Whether it can be told here which executions the list contains. Else it has to be read again. */
export function isPatchable(query: ListQuery): boolean {
  return Object.entries(query).every(([name, value]) => value === undefined || KNOWN.includes(name));
}

/**
 * A page of the list, newest first, after executions have changed: those in it are replaced, or removed if they no longer
 * match its filters, and those that now belong into it are added. The same object if nothing is different.
 */
export function patchList(
  list: ExecutionList,
  query: ListQuery,
  changed: readonly ExecutionReply[],
): ExecutionList {
  const limit = Number(query['limit'] ?? Infinity);
  const ids = new Set(list.executions.map(({ id }) => id));
  const oldest = list.executions.at(-1)?.id ?? 0;
  const isInPage = ({ id }: ExecutionReply) =>
    ids.has(id) || (query['cursor'] === undefined && (id > oldest || list.next === undefined));
  const relevant = changed.filter((execution) => isInPage(execution));
  const added = relevant.filter((execution) => matches(query, execution));
  if (added.length === 0 && !relevant.some(({ id }) => ids.has(id))) return list;
  const changedIds = new Set(relevant.map(({ id }) => id));
  const kept = list.executions.filter(({ id }) => !changedIds.has(id));
  const all = [...kept, ...added].toSorted((a, b) => b.id - a.id);
  const executions = all.slice(0, limit);
  const last = executions.at(-1);
  const isCut = all.length > limit && last !== undefined;
  return { ...list, executions, ...(isCut && { next: String(last.id) }) };
}

function matches(query: ListQuery, execution: ExecutionReply): boolean {
  const value = (name: string) => query[name];
  const [proc, user, status, schedule] = ['proc', 'user', 'status', 'schedule'].map(value);
  const [since, until] = ['since', 'until'].map(value);
  const createdAt = Date.parse(execution.created_at);
  return (
    (proc == null || execution.job_name === proc) &&
    (user == null || isSameEmail(execution.user_email ?? '', user)) &&
    (status == null || status.split(',').includes(execution.status)) &&
    (schedule == null || String(execution.schedule_id) === schedule) &&
    (since == null || createdAt >= Date.parse(since)) &&
    (until == null || createdAt < Date.parse(until))
  );
}

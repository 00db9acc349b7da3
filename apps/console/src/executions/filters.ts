import type { RequestOf } from '@app/gateway-client';
import { EXECUTION_STATUSES, type ExecutionStatus } from '@app/domain';
import { statusKind, type StatusKind } from '../ui/status.js';

export const PAGE_SIZE = 50;

/** The filters of `GET /execution`, as they stand in the address. */
export const FILTERS = ['proc', 'user', 'status', 'schedule', 'since', 'until'] as const;
export type Filter = (typeof FILTERS)[number];

/** What the gateway is asked for. It also judges the values: they may have been written by hand. */
export function requestFrom(search: URLSearchParams): RequestOf<'listExecutions'> {
  const query: Record<string, string> = { limit: String(PAGE_SIZE) };
  for (const name of [...FILTERS, 'cursor']) {
    const value = search.getAll(name).join(',');
    if (value !== '') query[name] = value;
  }
  return { query };
}

/** The address with another value of a filter, from its first page on. An empty value removes the filter. */
export function withFilter(search: URLSearchParams, name: Filter | 'cursor', value: string): URLSearchParams {
  const changed = new URLSearchParams(search);
  changed.delete('cursor');
  if (value === '') changed.delete(name);
  else changed.set(name, value);
  return changed;
}

export const STATUS_KINDS: readonly [kind: StatusKind, word: string][] = [
  ['waiting', 'Waiting'],
  ['running', 'Running'],
  ['finished', 'Finished'],
  ['failed', 'Failed'],
  ['stopped', 'Cancelled or timed out'],
];

export function statusesOf(kind: StatusKind): ExecutionStatus[] {
  return EXECUTION_STATUSES.filter((status) => statusKind(status) === kind);
}

/** The value of the status filter with all statuses of a kind added, or removed if all were there. */
export function toggleKind(value: string, kind: StatusKind): string {
  const chosen = new Set(value.split(',').filter(Boolean));
  const statuses = statusesOf(kind);
  const isChosen = statuses.every((status) => chosen.has(status));
  for (const status of statuses) {
    if (isChosen) chosen.delete(status);
    else chosen.add(status);
  }
  return [...chosen].join(',');
}

import type { ExecutionReply } from '@app/contract';
import type { ExecutionEvent } from '@app/gateway-client';
import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { isPatchable, patchList, type ExecutionList, type ListQuery } from './patch-list.js';

/** What shows executions. */
const READS: readonly string[] = ['listExecutions', 'getExecution'];
/** Many pages are told the same: they do not read all at once. */
const MAX_DELAY_MS = 3_000;
/** Lists that have to be read again are, at most so often. */
const REREAD_MS = 5_000;

/** Brings what the page has read up to date. */
export class EventApplier {
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly queries: QueryClient) {}

  apply(event: ExecutionEvent): void {
    if (event.kind === 'open') this.readAgain();
    else if (event.kind === 'reset') this.readSoon(Math.random() * MAX_DELAY_MS);
    else this.patch(event.executions);
  }

  private patch(executions: readonly ExecutionReply[]): void {
    const { queries } = this;
    for (const { queryKey } of queries.getQueryCache().findAll({ queryKey: ['listExecutions'] })) {
      const query = queryOf(queryKey);
      if (!isPatchable(query)) this.readSoon(REREAD_MS);
      else {
        queries.setQueryData<ExecutionList>(queryKey, (list) => list && patchList(list, query, executions));
      }
    }
    for (const execution of executions) {
      // Its attempts, and what it waits for, are not in the event.
      void queries.invalidateQueries({
        queryKey: ['getExecution', { params: { id: String(execution.id) } }],
      });
    }
  }

  private readSoon(delayMs: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.readAgain();
    }, delayMs);
  }

  private readAgain(): void {
    void this.queries.invalidateQueries({ predicate: ({ queryKey }) => READS.includes(String(queryKey[0])) });
  }
}

function queryOf(queryKey: QueryKey): ListQuery {
  const request = queryKey[1] as { query?: ListQuery } | undefined;
  return request?.query ?? {};
}

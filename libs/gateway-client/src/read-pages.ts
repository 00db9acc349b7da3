import type { ReplyOf, RouteName } from '@app/contract';
import type { GatewayClient } from './gateway-client.js';
import type { RequestOf } from './request.js';

/** Routes that reply with one page of a list. */
export type PagedRouteName = {
  [Name in RouteName]: HasCursor<NonNullable<RequestOf<Name>['query']>> extends true ? Name : never;
}[RouteName];

type HasCursor<Query> = [Query] extends [never] ? false : 'cursor' extends keyof Query ? true : false;

/**
 * The pages of a list, one after the other: each is requested when the reader asks for it, so that a reader that stops
 * early saves the rest. The cursor of the request, if there is one, is where to begin.
 */
export async function* readPages<Name extends PagedRouteName>(
  client: GatewayClient,
  name: Name,
  request: RequestOf<Name>,
): AsyncGenerator<ReplyOf<Name>, void> {
  let cursor: string | undefined;
  for (;;) {
    const query = cursor === undefined ? request.query : { ...request.query, cursor };
    const page = await client.send(name, { ...request, query });
    yield page;
    const next = cursorAfter(page);
    // The same cursor again would never come to an end.
    if (next === undefined || next === cursor) return;
    cursor = next;
  }
}

/** Undefined: this was the last page. */
export function cursorAfter(page: unknown): string | undefined {
  // v2's list of schedules is an array: the page after the last one is empty.
  if (Array.isArray(page)) return (page as { id: number }[]).at(-1)?.id.toString();
  return (page as { next?: string }).next;
}

import type { ReplyOf, RouteName } from '@app/contract';
import type { RequestOf } from '@app/gateway-client';
import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { client } from './client.js';

interface CallOptions<Name extends RouteName> {
  /** How often to read again while the tab is visible. False: never. */
  everyMs?: number | false | ((reply: ReplyOf<Name> | undefined) => number | false);
  isEnabled?: boolean;
  /** Shows the answer to the request before until this one's is there. */
  keepsPrevious?: boolean;
}

/** Reads a route, and reads it again as `everyMs` says. */
export function useCall<Name extends RouteName>(
  name: Name,
  request: RequestOf<Name>,
  { everyMs = false, isEnabled = true, keepsPrevious = false }: CallOptions<Name> = {},
): UseQueryResult<ReplyOf<Name>> {
  return useQuery<ReplyOf<Name>>({
    queryKey: [name, request],
    queryFn: ({ signal }) => client.send(name, { ...request, signal }),
    enabled: isEnabled,
    refetchInterval: (query) => (typeof everyMs === 'function' ? everyMs(query.state.data) : everyMs),
    ...(keepsPrevious && { placeholderData: keepPreviousData }),
  });
}

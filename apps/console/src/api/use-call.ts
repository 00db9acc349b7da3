import type { ReplyOf, RouteName } from '@app/contract';
import type { RequestOf } from '@app/gateway-client';
import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useLive } from '../live/live-state.js';
import { client } from './client.js';

/** How often to read what events keep up to date: in case that some got lost, and while there are none. */
const WATCHED_MS = 60_000;
const UNWATCHED_MS = 10_000;

interface CallOptions {
  /** How often to read again while the tab is visible. False: never. */
  everyMs?: number | false;
  /** Events keep the answer up to date: it is polled slowly, if at all. */
  isWatched?: boolean;
  isEnabled?: boolean;
  /** Shows the answer to the request before until this one's is there. */
  keepsPrevious?: boolean;
}

/** Reads a route, and reads it again as `everyMs` or the events say. */
export function useCall<Name extends RouteName>(
  name: Name,
  request: RequestOf<Name>,
  { everyMs = false, isWatched = false, isEnabled = true, keepsPrevious = false }: CallOptions = {},
): UseQueryResult<ReplyOf<Name>> {
  const { state } = useLive();
  const watchedMs = state === 'live' ? WATCHED_MS : UNWATCHED_MS;
  return useQuery<ReplyOf<Name>>({
    queryKey: [name, request],
    queryFn: ({ signal }) => client.send(name, { ...request, signal }),
    enabled: isEnabled,
    refetchInterval: isWatched ? watchedMs : everyMs,
    ...(keepsPrevious && { placeholderData: keepPreviousData }),
  });
}

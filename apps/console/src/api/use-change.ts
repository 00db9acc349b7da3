import type { ReplyOf, RouteName } from '@app/contract';
import type { RequestOf } from '@app/gateway-client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from './client.js';
import { noteSignOut } from './query-client.js';

/** Calls a route that changes something. Everything on the page is read again afterwards. */
export function useChange<Name extends RouteName>(name: Name, onDone?: (reply: ReplyOf<Name>) => void) {
  const queries = useQueryClient();
  return useMutation<ReplyOf<Name>, Error, RequestOf<Name>>({
    mutationFn: (request) => client.send(name, request),
    onSuccess: (reply) => {
      void queries.invalidateQueries();
      onDone?.(reply);
    },
    onError: noteSignOut,
  });
}

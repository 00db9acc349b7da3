import type { ReplyOf } from '@app/contract';
import { AppError } from '@app/domain';
import { useQuery } from '@tanstack/react-query';
import { client } from '../api/client.js';

export type Me = ReplyOf<'whoAmI'>;

export const ME = ['me'];

/** The signed-in account; null: nobody is signed in. */
export function useMe() {
  return useQuery<Me | null>({
    queryKey: ME,
    queryFn: async ({ signal }) => {
      try {
        return await client.call('whoAmI', { signal });
      } catch (error) {
        if (error instanceof AppError && error.code === 'unauthenticated') return null;
        throw error;
      }
    },
    staleTime: Infinity,
  });
}

import { AppError } from '@app/domain';
import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ME } from '../session/use-me.js';

const MAX_RETRIES = 2;

/** One for the page. An answer that the session has ended leads to the sign-in, at the same address. */
export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noteSignOut }),
  defaultOptions: {
    queries: {
      staleTime: 1_000,
      retry: (failures, error) => failures < MAX_RETRIES && isPassing(error),
    },
  },
});

export function noteSignOut(error: unknown): void {
  if (error instanceof AppError && error.code === 'unauthenticated') queryClient.setQueryData(ME, null);
}

function isPassing(error: unknown): boolean {
  return error instanceof AppError && error.code === 'unavailable';
}

import { useQueryClient } from '@tanstack/react-query';
import { useChange } from '../api/use-change.js';
import { ME } from './use-me.js';

/** Opens a session with a token. From then on the browser sends its cookie. */
export function useOpenSession() {
  const queries = useQueryClient();
  return useChange('createSession', ({ session: _, ...me }) => queries.setQueryData(ME, me));
}

import { useCall } from '../api/use-call.js';
import { useChange } from '../api/use-change.js';

/** Null: this gateway needs no sign-in, so there is nothing to end. */
export function useSignOut() {
  const ways = useCall('getSignIn', {});
  // A new page holds nothing of what the person has seen.
  const end = useChange('endOwnSession', () => window.location.reload());
  return ways.data && ways.data.sign_in !== 'off' ? end : null;
}

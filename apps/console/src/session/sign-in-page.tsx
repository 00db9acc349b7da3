import { useCall } from '../api/use-call.js';
import { ErrorNote } from '../ui/error-note.js';
import { Loading } from '../ui/loading.js';
import { useTitle } from '../ui/use-title.js';
import { DeviceSignIn } from './device-sign-in.js';
import styles from './sign-in.module.css';
import { TokenForm } from './token-form.js';

/** Shown at whatever address needs a sign-in: the same address shows its page afterwards. */
export function SignInPage() {
  useTitle('Sign in');
  const ways = useCall('getSignIn', {});
  return (
    <main className={styles['page']}>
      <div className={styles['card']}>
        <h1>Sign in to Proctor</h1>
        {ways.isPending && <Loading rows={3} />}
        {ways.error && <ErrorNote error={ways.error} onRetry={() => void ways.refetch()} />}
        {ways.data?.sign_in === 'device' && <DeviceSignIn />}
        {ways.data && <TokenForm isFallback={ways.data.sign_in === 'device'} />}
      </div>
    </main>
  );
}

import { useEffect, useState } from 'react';
import { pause } from '@app/timing';
import { awaitSignIn } from '@app/gateway-client';
import { client } from '../api/client.js';
import { useChange } from '../api/use-change.js';
import { Button } from '../ui/button.js';
import { ErrorNote } from '../ui/error-note.js';
import styles from './sign-in.module.css';
import { useOpenSession } from './use-open-session.js';

/** Signs in at the issuer of the installation: the person confirms a code there, as with `proctor login`. */
export function DeviceSignIn() {
  const start = useChange('startSignIn');
  const { mutate: openSession, ...open } = useOpenSession();
  const [failure, setFailure] = useState<Error | null>(null);
  const started = start.data;

  useEffect(() => {
    if (!started) return undefined;
    const abort = new AbortController();
    const { signal } = abort;
    const { device_code } = started;
    awaitSignIn(async () => await client.call('pollSignIn', { body: { device_code }, signal }), started, {
      sleep: async (ms) => await pause(ms, signal),
      now: () => performance.now(),
    }).then(
      ({ token = '' }) => openSession({ body: { token } }),
      (error: unknown) => {
        if (!abort.signal.aborted) setFailure(error as Error);
      },
    );
    return () => abort.abort();
  }, [started, openSession]);

  const problem = failure ?? start.error ?? open.error;
  const begin = () => {
    setFailure(null);
    start.mutate({});
  };
  if (!started || problem) {
    return (
      <div className={styles['form']}>
        {problem && <ErrorNote error={problem} />}
        <Button kind="primary" isBusy={start.isPending} onClick={begin}>
          Sign in with single sign-on
        </Button>
      </div>
    );
  }
  return (
    <div className={styles['form']} role="status">
      <p>Open the address and confirm this code:</p>
      <p className={styles['code']}>{started.user_code}</p>
      <a
        href={webAddress(started.verification_uri_complete ?? started.verification_uri)}
        target="_blank"
        rel="noreferrer"
      >
        {started.verification_uri}
      </a>
      <p className={styles['quiet']}>Waiting for your confirmation. This page then goes on by itself.</p>
    </div>
  );
}

/** The issuer chooses the address: nothing but a web page is linked. */
function webAddress(address: string): string | undefined {
  return /^https?:\/\//i.test(address) ? address : undefined;
}

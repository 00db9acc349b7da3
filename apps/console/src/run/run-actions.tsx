import { HIDDEN_VALUE, type ExecutionDetailReply } from '@app/contract';
import { isFinal, plainLine } from '@app/domain';
import { Link, useLocation } from 'wouter';
import { useState } from 'react';
import { useKey } from '../keys/use-key.js';
import { useChange } from '../api/use-change.js';
import { Button } from '../ui/button.js';
import { ConfirmButton } from '../ui/confirm-button.js';
import { ConfirmDialog } from '../ui/confirm-dialog.js';
import { ErrorNote } from '../ui/error-note.js';
import { randomKey } from '../ui/random-key.js';
import page from '../ui/page.module.css';
import styles from './run.module.css';

/** Cancel, run again, and run again with other args. */
export function RunActions({ execution }: { execution: ExecutionDetailReply }) {
  const { id, job_name, status, cancel_requested_at, rerun_args } = execution;
  const [, navigate] = useLocation();
  const cancel = useChange('cancelExecution');
  const rerun = useChange('rerunExecution', (started) => navigate(`/executions/${started.id}`));
  const params = { id: String(id) };
  const [asksRerun, setAsksRerun] = useState(false);
  const runAgain = () => rerun.mutate({ params, body: { args: {} }, idempotencyKey: randomKey() });
  // A key is pressed by mistake more easily than a button.
  useKey('r', 'Run it again', () => (rerun_args ? navigate(formAddress(execution)) : setAsksRerun(true)));
  useKey('c', 'Re-run with changes', () => navigate(formAddress(execution)));
  const error = cancel.error ?? rerun.error;
  return (
    <div className={styles['actions']}>
      <div className={page['actions']}>
        {!isFinal(status) && (
          <ConfirmButton
            label={cancel_requested_at ? 'Cancelling' : 'Cancel'}
            question={`Cancel this execution of ${plainLine(job_name)}?`}
            confirm="Cancel the execution"
            isBusy={cancel.isPending || cancel_requested_at !== undefined}
            onConfirm={() => cancel.mutate({ params })}
          />
        )}
        <Link className={styles['link']} href={formAddress(execution)}>
          Re-run with changes
        </Link>
        {/* Another person's secret args have to be given again, in the form. */}
        {!rerun_args && (
          <Button isBusy={rerun.isPending} title="Run it again (r)" onClick={runAgain}>
            Re-run
          </Button>
        )}
      </div>
      {asksRerun && (
        <ConfirmDialog
          question={`Run ${plainLine(job_name)} again, with the same args?`}
          confirm="Run it again"
          keep="Not now"
          onConfirm={runAgain}
          onClose={() => setAsksRerun(false)}
        />
      )}
      {error && <ErrorNote error={error} />}
    </div>
  );
}

/** The form of the proc, filled in with what this execution was given, without its secret args. */
function formAddress({ job_name, args }: ExecutionDetailReply): string {
  const open = Object.entries(args).filter(([, value]) => value !== HIDDEN_VALUE);
  const query = new URLSearchParams(open).toString();
  return `/procs/${encodeURIComponent(job_name)}/run${query && `?${query}`}`;
}

import type { ExecutionDetailReply } from '@app/contract';
import { gateNamed, isFinal, isSuccess, plainLine } from '@app/domain';
import { useState } from 'react';
import { useCall } from '../api/use-call.js';
import { ErrorNote } from '../ui/error-note.js';
import { PendingPage } from '../ui/pending-page.js';
import { useTitle } from '../ui/use-title.js';
import { statusWord } from '../ui/status.js';
import { LogView } from './log-view.js';
import { RunFacts } from './run-facts.js';
import { RunHeader } from './run-header.js';
import styles from './run.module.css';

/** An execution: how it goes, what it was given, and its log. */
export default function RunPage({ id }: { id: string }) {
  const run = useCall('getExecution', { params: { id } }, { isWatched: true });
  useTitle(run.data ? `${statusWord(run.data.status)}: ${plainLine(run.data.job_name)}` : `Execution ${id}`);
  if (!run.data) {
    return <PendingPage title={`Execution ${id}`} error={run.error} onRetry={() => void run.refetch()} />;
  }
  return (
    <>
      {run.error && <ErrorNote error={run.error} title="What you see may be out of date." />}
      <Run execution={run.data} />
    </>
  );
}

function Run({ execution }: { execution: ExecutionDetailReply }) {
  // Decided once: a log that was open when the execution ended stays where it is.
  const [opensAtEnd] = useState(!isSuccess(execution.status));
  return (
    <>
      <RunHeader execution={execution} />
      <Reason execution={execution} />
      <RunFacts execution={execution} />
      <LogView id={String(execution.id)} opensAtEnd={opensAtEnd} />
    </>
  );
}

/** Why it ended as it did, or what it waits for. */
function Reason({ execution }: { execution: ExecutionDetailReply }) {
  const { status, exit_code, reason, waiting_for } = execution;
  if (isSuccess(status)) return null;
  if (!isFinal(status)) {
    const gate = waiting_for && `waits for ${gateNamed(waiting_for).waitsFor}`;
    const what = [gate, reason && plainLine(reason)].filter(Boolean).join(': ');
    return what ? <p className={styles['wait']}>{what}</p> : null;
  }
  const code = exit_code === undefined ? '' : `exit code ${exit_code}`;
  const why = [code, plainLine(reason ?? '')].filter(Boolean).join(': ');
  return why ? <p className={styles['failure']}>{why}</p> : null;
}

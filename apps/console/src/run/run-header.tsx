import type { ExecutionDetailReply } from '@app/contract';
import { describeDuration, isFinal, plainLine } from '@app/domain';
import { Link } from 'wouter';
import { CopyButton } from '../ui/copy-button.js';
import page from '../ui/page.module.css';
import { StatusBadge } from '../ui/status-badge.js';
import { Time } from '../ui/time.js';
import { useNow } from '../ui/use-now.js';
import { RunActions } from './run-actions.js';
import styles from './run.module.css';

const TICK_MS = 1_000;

export function RunHeader({ execution }: { execution: ExecutionDetailReply }) {
  const { id, job_name, status, started_at, ended_at, created_at, user_email, schedule_id, rerun_of } =
    execution;
  const nowMs = useNow(TICK_MS);
  const end = ended_at ?? (isFinal(status) ? undefined : new Date(nowMs).toISOString());
  const took = describeDuration(started_at, end);
  return (
    <div className={page['head']}>
      <div className={styles['title']}>
        <h1>
          <Link href={`/procs/${encodeURIComponent(job_name)}`}>{plainLine(job_name)}</Link>
        </h1>
        <p className={`${styles['line']} text`}>
          <StatusBadge status={status} />
          <span className={styles['id']}>
            {id} <CopyButton text={String(id)} label="Copy the id" />
          </span>
          {took && <span>{took}</span>}
          <span>
            {user_email && `by ${plainLine(user_email)}, `}
            <Time at={created_at} />
          </span>
          {schedule_id !== undefined && (
            <span>
              from <Link href={`/schedules/${schedule_id}`}>schedule {schedule_id}</Link>
            </span>
          )}
          {rerun_of !== undefined && (
            <span>
              again after <Link href={`/executions/${rerun_of}`}>{rerun_of}</Link>
            </span>
          )}
        </p>
      </div>
      <RunActions execution={execution} />
    </div>
  );
}

import type { ExecutionReply } from '@app/contract';
import { describeDuration, isFinal, plainLine } from '@app/domain';
import { Link } from 'wouter';
import { StatusBadge } from '../ui/status-badge.js';
import table from '../ui/table.module.css';
import { Time } from '../ui/time.js';
import { useNow } from '../ui/use-now.js';

interface ExecutionTableProps {
  executions: readonly ExecutionReply[];
  /** All are of one proc, which the page names beside them: there is less room. */
  isOfOneProc?: boolean;
}

const TICK_MS = 1_000;

/** Executions, newest first. One click leads to the log. */
export function ExecutionTable({ executions, isOfOneProc = false }: ExecutionTableProps) {
  const nowMs = useNow(TICK_MS);
  return (
    <div className={table['frame']}>
      <table className={table['table']}>
        <thead>
          <tr>
            <th scope="col">Status</th>
            {!isOfOneProc && <th scope="col">Proc</th>}
            <th scope="col">Id</th>
            <th scope="col">User</th>
            <th scope="col">Accepted</th>
            <th scope="col" className={table['number']}>
              Took
            </th>
            {!isOfOneProc && <th scope="col">Reason</th>}
          </tr>
        </thead>
        <tbody>
          {executions.map((execution) => (
            <tr key={execution.id}>
              <td>
                <StatusBadge status={execution.status} />
              </td>
              {!isOfOneProc && (
                <td>
                  <Link href={`/executions/${execution.id}`}>{plainLine(execution.job_name)}</Link>
                </td>
              )}
              <td className={table['mono']}>
                <Link href={`/executions/${execution.id}`}>{execution.id}</Link>
              </td>
              <td className={table['words']}>{plainLine(execution.user_email ?? '')}</td>
              <td>
                <Time at={execution.created_at} />
              </td>
              <td className={table['number']}>{tookSoFar(execution, nowMs)}</td>
              {!isOfOneProc && <td className={`${table['words']} ${table['quiet']}`}>{whyOf(execution)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function tookSoFar({ started_at, ended_at, status }: ExecutionReply, nowMs: number): string {
  const end = ended_at ?? (isFinal(status) ? undefined : new Date(nowMs).toISOString());
  return describeDuration(started_at, end) ?? '';
}

/** The exit code and the reason, as far as there are any. */
function whyOf({ exit_code, reason }: ExecutionReply): string {
  const code = exit_code ? `exit code ${exit_code}` : '';
  return [code, plainLine(reason ?? '')].filter(Boolean).join(', ');
}

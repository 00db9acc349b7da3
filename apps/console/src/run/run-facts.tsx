import type { ExecutionDetailReply } from '@app/contract';
import { describeDuration, plainLine } from '@app/domain';
import page from '../ui/page.module.css';
import table from '../ui/table.module.css';
import { Time } from '../ui/time.js';
import styles from './run.module.css';

/** What it was given, and each attempt at it. */
export function RunFacts({ execution }: { execution: ExecutionDetailReply }) {
  const { args, attempts, image_tag, proc_revision, name } = execution;
  const given = Object.entries(args).sort(([a], [b]) => a.localeCompare(b));
  return (
    <div className={styles['facts']}>
      {given.length > 0 && (
        <dl aria-label="Args" className={styles['args']}>
          {given.map(([arg, value]) => (
            <div key={arg}>
              <dt>{plainLine(arg)}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <details open={attempts.length > 1}>
        <summary>
          {attempts.length} {attempts.length === 1 ? 'attempt' : 'attempts'}, revision {proc_revision}
        </summary>
        <p className={page['quiet']}>
          Image <code>{plainLine(image_tag)}</code>, Job <code>{plainLine(name)}</code>
        </p>
        {attempts.length > 0 && <Attempts attempts={attempts} />}
      </details>
    </div>
  );
}

function Attempts({ attempts }: Pick<ExecutionDetailReply, 'attempts'>) {
  return (
    <div className={table['frame']}>
      <table className={table['table']}>
        <thead>
          <tr>
            <th scope="col" className={table['number']}>
              Attempt
            </th>
            <th scope="col">Pod</th>
            <th scope="col">Started</th>
            <th scope="col" className={table['number']}>
              Took
            </th>
            <th scope="col" className={table['number']}>
              Exit code
            </th>
            <th scope="col">Reason</th>
          </tr>
        </thead>
        <tbody>
          {attempts.map(({ n, pod_name, started_at, ended_at, exit_code, reason }) => (
            <tr key={n}>
              <td className={table['number']}>{n}</td>
              <td className={`${table['mono']} ${table['words']}`}>{plainLine(pod_name)}</td>
              <td>{started_at && <Time at={started_at} />}</td>
              <td className={table['number']}>{describeDuration(started_at, ended_at)}</td>
              <td className={table['number']}>{exit_code}</td>
              <td className={table['words']}>{plainLine(reason ?? '')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

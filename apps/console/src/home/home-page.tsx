import { isFinal, FINAL_STATUSES, EXECUTION_STATUSES, plainLine } from '@app/domain';
import { Link } from 'wouter';
import { useCall } from '../api/use-call.js';
import { ExecutionTable } from '../executions/execution-table.js';
import { useMe } from '../session/use-me.js';
import { Empty } from '../ui/empty.js';
import { PendingPage } from '../ui/pending-page.js';
import page from '../ui/page.module.css';
import { useTitle } from '../ui/use-title.js';
import styles from './home.module.css';

const SHOWN_RUNS = 10;
/** Enough to know which procs a person uses. */
const READ_RUNS = 50;

const LIVE = EXECUTION_STATUSES.filter((status) => !FINAL_STATUSES.includes(status));

/** My running and last runs, and the procs that I used last. */
export function HomePage() {
  useTitle('Home');
  const user = useMe().data?.email ?? '';
  const runs = useCall('listExecutions', { query: { user, limit: READ_RUNS } }, { isWatched: true });
  if (!runs.data) return <PendingPage title="Home" error={runs.error} onRetry={() => void runs.refetch()} />;
  const { executions } = runs.data;
  const live = executions.filter(({ status }) => !isFinal(status));
  const ended = executions.filter(({ status }) => isFinal(status)).slice(0, SHOWN_RUNS);
  const ownLink = (more: Record<string, string> = {}) =>
    `/executions?${new URLSearchParams({ user, ...more })}`;
  return (
    <>
      <h1>Home</h1>
      <MyProcs used={[...new Set(executions.map(({ job_name }) => job_name))]} />
      {live.length > 0 && (
        <section className={page['section']} aria-label="My running executions">
          <div className={page['head']}>
            <h2>Running and waiting</h2>
            <Link href={ownLink({ status: LIVE.join(',') })}>All of mine</Link>
          </div>
          <ExecutionTable executions={live} />
        </section>
      )}
      <section className={page['section']} aria-label="My last executions">
        <div className={page['head']}>
          <h2>My last runs</h2>
          {ended.length > 0 && <Link href={ownLink()}>All of mine</Link>}
        </div>
        {ended.length === 0 ? (
          <Empty title="You have not run anything yet">
            Choose a <Link href="/procs">proc</Link>, fill in its form, and watch its log here.
          </Empty>
        ) : (
          <ExecutionTable executions={ended} />
        )}
      </section>
    </>
  );
}

const SHOWN_PROCS = 8;

/** Those used last come first. */
function MyProcs({ used }: { used: readonly string[] }) {
  const procs = useCall('listProcs', {});
  const known = procs.data ?? [];
  const places = new Map(used.map((name, index) => [name, index]));
  const placeOf = (name: string) => places.get(name) ?? used.length;
  const sorted = known.toSorted((a, b) => placeOf(a.name) - placeOf(b.name)).slice(0, SHOWN_PROCS);
  if (sorted.length === 0) return null;
  return (
    <section className={page['section']} aria-label="My procs">
      <div className={page['head']}>
        <h2>My procs</h2>
        <Link href="/procs">All procs ({known.length})</Link>
      </div>
      <ul className={styles['procs']}>
        {sorted.map(({ name, description }) => (
          <li key={name}>
            <Link href={`/procs/${encodeURIComponent(name)}`} className={styles['proc']}>
              <span className={styles['name']}>{plainLine(name)}</span>
              <span className={styles['description']}>{plainLine(description)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

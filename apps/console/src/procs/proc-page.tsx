import { plainLine } from '@app/domain';
import { Link } from 'wouter';
import { useCall } from '../api/use-call.js';
import { ExecutionTable } from '../executions/execution-table.js';
import { Empty } from '../ui/empty.js';
import { ErrorNote } from '../ui/error-note.js';
import { Loading } from '../ui/loading.js';
import page from '../ui/page.module.css';
import { PendingPage } from '../ui/pending-page.js';
import { Time } from '../ui/time.js';
import { useTitle } from '../ui/use-title.js';
import { RunForm } from './run-form.js';

const SHOWN_RUNS = 10;

/** A proc: what it does, the form that runs it, and how it last ran. */
export default function ProcPage({ name }: { name: string }) {
  useTitle(plainLine(name));
  const proc = useCall('getProc', { params: { name } });
  if (!proc.data)
    return <PendingPage title={plainLine(name)} error={proc.error} onRetry={() => void proc.refetch()} />;
  const { description, authorized_groups, author, organization, revision, updated_at, image_name } =
    proc.data;
  return (
    <>
      <div className={page['section']}>
        <h1>{plainLine(name)}</h1>
        {description && <p className={page['prose']}>{plainLine(description)}</p>}
        <dl className={page['facts']}>
          <Fact name="Image" value={image_name} />
          <Fact name="Groups" value={authorized_groups.join(', ') || 'everyone who is signed in'} />
          <Fact name="Author" value={[author, organization].filter(Boolean).join(', ')} />
          <div>
            <dt>Revision</dt>
            <dd>
              {revision}, <Time at={updated_at} />
            </dd>
          </div>
        </dl>
      </div>
      <div className={page['columns']}>
        <section className={page['section']} aria-label="Form">
          <h2>Run it</h2>
          <RunForm proc={proc.data} />
        </section>
        <LastRuns proc={name} />
      </div>
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  if (value === '') return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{plainLine(value)}</dd>
    </div>
  );
}

function LastRuns({ proc }: { proc: string }) {
  const runs = useCall('listExecutions', { query: { proc, limit: SHOWN_RUNS } }, { isWatched: true });
  return (
    <section className={page['section']} aria-label="Last executions">
      <div className={page['head']}>
        <h2>Last executions</h2>
        <Link href={`/executions?${new URLSearchParams({ proc })}`}>All</Link>
      </div>
      {runs.error && <ErrorNote error={runs.error} onRetry={() => void runs.refetch()} />}
      {runs.isPending && <Loading />}
      {runs.data?.executions.length === 0 && <Empty title="It has not run yet" />}
      {runs.data && runs.data.executions.length > 0 && (
        <ExecutionTable executions={runs.data.executions} isOfOneProc />
      )}
    </section>
  );
}

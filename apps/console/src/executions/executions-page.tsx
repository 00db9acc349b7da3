import { Link, useSearchParams } from 'wouter';
import { useCall } from '../api/use-call.js';
import { Button } from '../ui/button.js';
import { Empty } from '../ui/empty.js';
import { ErrorNote } from '../ui/error-note.js';
import { Loading } from '../ui/loading.js';
import page from '../ui/page.module.css';
import { useTitle } from '../ui/use-title.js';
import { ExecutionFilters } from './execution-filters.js';
import { ExecutionTable } from './execution-table.js';
import { FILTERS, requestFrom, withFilter } from './filters.js';

/** All executions that the viewer may see. Every filter and the page are in the address. */
export default function ExecutionsPage() {
  useTitle('Executions');
  const [search, setSearch] = useSearchParams();
  const isFirstPage = !search.has('cursor');
  const list = useCall('listExecutions', requestFrom(search), {
    isWatched: true,
    keepsPrevious: true,
  });
  const next = list.data?.next;
  const isFiltered = FILTERS.some((name) => search.has(name));
  return (
    <>
      <h1>Executions</h1>
      <ExecutionFilters search={search} onChange={(changed) => setSearch(changed)} />
      {list.error && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Loading rows={8} />}
      {list.data && !list.error && (
        <>
          {list.data.executions.length === 0 ? (
            <NoExecutions isFiltered={isFiltered} onClear={() => setSearch({})} />
          ) : (
            <ExecutionTable executions={list.data.executions} />
          )}
          <nav aria-label="Pages" className={page['actions']}>
            {!isFirstPage && <Link href={`?${withFilter(search, 'cursor', '')}`}>Newest</Link>}
            {next && <Link href={`?${withFilter(search, 'cursor', next)}`}>Older</Link>}
          </nav>
        </>
      )}
    </>
  );
}

function NoExecutions({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  if (!isFiltered) {
    return (
      <Empty title="Nothing has run yet">
        Choose a <Link href="/procs">proc</Link> and run it.
      </Empty>
    );
  }
  return (
    <Empty title="No execution matches these filters">
      <Button onClick={onClear}>Remove the filters</Button>
    </Empty>
  );
}

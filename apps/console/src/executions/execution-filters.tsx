import { useCall } from '../api/use-call.js';
import { Button } from '../ui/button.js';
import { Field } from '../ui/field.js';
import styles from './execution-filters.module.css';
import { FilterInput } from './filter-input.js';
import { FILTERS, STATUS_KINDS, statusesOf, toggleKind, withFilter, type Filter } from './filters.js';
import { fromLocalTime, toLocalTime } from './local-time.js';

interface ExecutionFiltersProps {
  search: URLSearchParams;
  onChange: (search: URLSearchParams) => void;
}

export function ExecutionFilters({ search, onChange }: ExecutionFiltersProps) {
  const procs = useCall('listProcs', {});
  const valueOf = (name: Filter) => search.getAll(name).join(',');
  const change = (name: Filter) => (value: string) => onChange(withFilter(search, name, value));
  const isFiltered = FILTERS.some((name) => search.has(name));
  return (
    <section aria-label="Filters" className={styles['filters']}>
      <StatusFilter value={valueOf('status')} onChange={change('status')} />
      <div className={styles['fields']}>
        <Field label="Proc">
          {(props) => (
            <FilterInput
              {...props}
              data-search
              value={valueOf('proc')}
              onCommit={change('proc')}
              list="known-procs"
            />
          )}
        </Field>
        <datalist id="known-procs">
          {procs.data?.map(({ name }) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <Field label="User">
          {(props) => (
            <FilterInput {...props} type="email" value={valueOf('user')} onCommit={change('user')} />
          )}
        </Field>
        <Field label="Schedule">
          {(props) => (
            <FilterInput
              {...props}
              inputMode="numeric"
              value={valueOf('schedule')}
              onCommit={change('schedule')}
            />
          )}
        </Field>
        {(['since', 'until'] as const).map((name) => (
          <Field key={name} label={name === 'since' ? 'Since' : 'Until'}>
            {(props) => (
              <FilterInput
                {...props}
                type="datetime-local"
                value={toLocalTime(valueOf(name))}
                onCommit={(value) => change(name)(fromLocalTime(value))}
              />
            )}
          </Field>
        ))}
        {isFiltered && (
          <Button kind="quiet" onClick={() => onChange(new URLSearchParams())}>
            Clear
          </Button>
        )}
      </div>
    </section>
  );
}

function StatusFilter({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const chosen = value.split(',');
  return (
    <div role="group" aria-label="Status" className={styles['kinds']}>
      {STATUS_KINDS.map(([kind, word]) => (
        <Button
          key={kind}
          aria-pressed={statusesOf(kind).every((status) => chosen.includes(status))}
          onClick={() => onChange(toggleKind(value, kind))}
        >
          {word}
        </Button>
      ))}
    </div>
  );
}

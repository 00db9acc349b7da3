import { plainLine } from '@app/domain';
import { Link, useSearchParams } from 'wouter';
import { useCall } from '../api/use-call.js';
import { Empty } from '../ui/empty.js';
import { ErrorNote } from '../ui/error-note.js';
import { Field } from '../ui/field.js';
import { Loading } from '../ui/loading.js';
import table from '../ui/table.module.css';
import { useTitle } from '../ui/use-title.js';
import { findProcs } from './find-procs.js';

/** The procs that the viewer may run, found as one types. */
export default function ProcsPage() {
  useTitle('Procs');
  const [search, setSearch] = useSearchParams();
  const text = search.get('q') ?? '';
  const procs = useCall('listProcs', {});
  const found = findProcs(procs.data ?? [], text);
  return (
    <>
      <h1>Procs</h1>
      <Field label="Search">
        {(props) => (
          <input
            {...props}
            type="search"
            autoFocus
            data-search
            placeholder="Name, description, arg or group"
            value={text}
            onChange={({ target }) => setSearch(target.value ? { q: target.value } : {}, { replace: true })}
          />
        )}
      </Field>
      {procs.error && <ErrorNote error={procs.error} onRetry={() => void procs.refetch()} />}
      {procs.isPending && <Loading rows={8} />}
      {procs.data?.length === 0 && (
        <Empty title="There is no proc that you may run">
          An administrator registers procs with <code>proctor procs apply</code>, or adds you to their groups.
        </Empty>
      )}
      {procs.data && procs.data.length > 0 && found.length === 0 && (
        <Empty title={`No proc matches “${plainLine(text)}”`}>Search for another word.</Empty>
      )}
      {found.length > 0 && (
        <div className={table['frame']}>
          <table className={table['table']}>
            <thead>
              <tr>
                <th scope="col">Proc</th>
                <th scope="col">Description</th>
                <th scope="col">Args</th>
                <th scope="col">Groups</th>
              </tr>
            </thead>
            <tbody>
              {found.map(({ name, description, env_vars, authorized_groups }) => (
                <tr key={name}>
                  <td>
                    <Link href={`/procs/${encodeURIComponent(name)}`}>{plainLine(name)}</Link>
                  </td>
                  <td className={table['words']}>{plainLine(description)}</td>
                  <td className={`${table['mono']} ${table['words']}`}>
                    {env_vars.args.map((arg) => plainLine(arg.name)).join(' ')}
                  </td>
                  <td className={table['words']}>{authorized_groups.map(plainLine).join(', ')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

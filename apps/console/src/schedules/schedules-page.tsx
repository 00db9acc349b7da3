import type { ScheduleReply } from '@app/contract';
import { plainLine } from '@app/domain';
import { Link } from 'wouter';
import { useCall } from '../api/use-call.js';
import { Empty } from '../ui/empty.js';
import { ErrorNote } from '../ui/error-note.js';
import { Loading } from '../ui/loading.js';
import table from '../ui/table.module.css';
import { Time } from '../ui/time.js';
import { useTitle } from '../ui/use-title.js';
import { PauseButton } from './pause-button.js';
import { stateOf, whenOf } from './schedule-text.js';

const RENEWED_MS = 10_000;

/** Schedules, the next to fire first. */
export default function SchedulesPage() {
  useTitle('Schedules');
  const list = useCall('listSchedules', { query: { all: true } }, { everyMs: RENEWED_MS });
  return (
    <>
      <h1>Schedules</h1>
      {list.error && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Loading rows={8} />}
      {list.data?.length === 0 && (
        <Empty title="There is no schedule">
          Create one with the CLI: <code>proctor schedule --help</code>
        </Empty>
      )}
      {list.data && list.data.length > 0 && <Schedules schedules={list.data.toSorted(byNextFire)} />}
    </>
  );
}

/** Those that do not fire come last. */
function byNextFire(a: ScheduleReply, b: ScheduleReply): number {
  return (a.nextFireAt ?? '~').localeCompare(b.nextFireAt ?? '~') || a.jobName.localeCompare(b.jobName);
}

function Schedules({ schedules }: { schedules: readonly ScheduleReply[] }) {
  return (
    <div className={table['frame']}>
      <table className={table['table']}>
        <thead>
          <tr>
            <th scope="col">Proc</th>
            <th scope="col">Fires</th>
            <th scope="col">Next</th>
            <th scope="col">State</th>
            <th scope="col">Tags</th>
            <th scope="col">Owner</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {schedules.map((schedule) => (
            <tr key={schedule.id}>
              <td>
                <Link href={`/schedules/${schedule.id}`}>{plainLine(schedule.jobName)}</Link>
              </td>
              <td className={table['words']}>{whenOf(schedule)}</td>
              <td>{schedule.nextFireAt && <Time at={schedule.nextFireAt} />}</td>
              <td className={table['words']}>{stateOf(schedule)}</td>
              <td className={table['words']}>{plainLine(schedule.tags)}</td>
              <td className={table['words']}>{plainLine(schedule.userEmail)}</td>
              <td className={table['number']}>
                <PauseButton schedule={schedule} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

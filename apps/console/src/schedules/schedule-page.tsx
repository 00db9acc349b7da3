import type { TickReply } from '@app/contract';
import { plainLine } from '@app/domain';
import { Link } from 'wouter';
import { useCall } from '../api/use-call.js';
import { Empty } from '../ui/empty.js';
import { ErrorNote } from '../ui/error-note.js';
import { Loading } from '../ui/loading.js';
import page from '../ui/page.module.css';
import { PendingPage } from '../ui/pending-page.js';
import { exactTime } from '../ui/relative-time.js';
import table from '../ui/table.module.css';
import { Time } from '../ui/time.js';
import { useTitle } from '../ui/use-title.js';
import { PauseButton } from './pause-button.js';
import { stateOf, whenOf } from './schedule-text.js';

const SHOWN_TIMES = 5;
const SHOWN_TICKS = 20;

/** A schedule: when it fires next, and what became of its ticks. */
export default function SchedulePage({ id }: { id: string }) {
  const schedule = useCall('getSchedule', { params: { id } });
  useTitle(schedule.data ? `Schedule of ${plainLine(schedule.data.jobName)}` : `Schedule ${id}`);
  if (!schedule.data)
    return (
      <PendingPage title={`Schedule ${id}`} error={schedule.error} onRetry={() => void schedule.refetch()} />
    );
  const { jobName, args, tags, userEmail, overlap, misfire } = schedule.data;
  const given = Object.entries(args).map(([name, value]) => plainLine(`${name}=${value}`));
  const facts: [string, string][] = [
    ['State', stateOf(schedule.data)],
    ['Fires', whenOf(schedule.data)],
    ['Args', given.join(' ')],
    ['Tags', plainLine(tags)],
    ['Owner', plainLine(userEmail)],
    ['If the previous run is still going', overlap],
    ['Missed runs', misfire],
  ];
  return (
    <>
      <div className={page['head']}>
        <h1>
          Schedule of <Link href={`/procs/${encodeURIComponent(jobName)}`}>{plainLine(jobName)}</Link>
        </h1>
        <PauseButton schedule={schedule.data} />
      </div>
      <dl className={page['facts']}>
        {facts
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      <NextTimes id={id} />
      <History id={id} />
    </>
  );
}

function NextTimes({ id }: { id: string }) {
  const next = useCall('getScheduleNext', { params: { id }, query: { count: SHOWN_TIMES } });
  return (
    <section className={page['section']} aria-label="Next times">
      <h2>Next times</h2>
      {next.error && <ErrorNote error={next.error} onRetry={() => void next.refetch()} />}
      {next.isPending && <Loading />}
      {next.data?.times.length === 0 && <Empty title="It does not fire again" />}
      <ol>
        {next.data?.times.map((time) => (
          <li key={time}>
            <Time at={time} /> <span className={page['quiet']}>{exactTime(time, next.data.timeZone)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function History({ id }: { id: string }) {
  const history = useCall('getScheduleHistory', { params: { id }, query: { limit: SHOWN_TICKS } });
  const ticks = history.data?.ticks ?? [];
  return (
    <section className={page['section']} aria-label="History">
      <h2>History</h2>
      {history.error && <ErrorNote error={history.error} onRetry={() => void history.refetch()} />}
      {history.isPending && <Loading />}
      {history.data && ticks.length === 0 && <Empty title="It has not fired yet" />}
      {ticks.length > 0 && <Ticks ticks={ticks} />}
    </section>
  );
}

function Ticks({ ticks }: { ticks: readonly TickReply[] }) {
  return (
    <div className={table['frame']}>
      <table className={table['table']}>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Outcome</th>
            <th scope="col">Execution</th>
            <th scope="col">Reason</th>
          </tr>
        </thead>
        <tbody>
          {ticks.map(({ fireAt, outcome, executionId, count, reason }) => (
            <tr key={fireAt}>
              <td>
                <Time at={fireAt} />
              </td>
              <td>
                {outcome}
                {count > 1 && ` (${count} ticks)`}
              </td>
              <td className={table['mono']}>
                {executionId && <Link href={`/executions/${executionId}`}>{executionId}</Link>}
              </td>
              <td className={table['words']}>{plainLine(reason ?? '')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

import type { ScheduleReply } from '@app/contract';
import { plainLine } from '@app/domain';
import { useChange } from '../api/use-change.js';
import { Button } from '../ui/button.js';
import { ErrorNote } from '../ui/error-note.js';

/** Pauses a schedule, or lets it fire again. */
export function PauseButton({ schedule }: { schedule: ScheduleReply }) {
  const { id, enabled, jobName } = schedule;
  const update = useChange('updateSchedule');
  return (
    <>
      <Button
        isBusy={update.isPending}
        aria-label={`${enabled ? 'Pause' : 'Resume'} the schedule of ${plainLine(jobName)}`}
        onClick={() => update.mutate({ params: { id: String(id) }, body: { enabled: !enabled } })}
      >
        {enabled ? 'Pause' : 'Resume'}
      </Button>
      {update.error && <ErrorNote error={update.error} />}
    </>
  );
}

import { pathOf } from '@app/contract';
import { GATEWAY_URL } from '../address.js';
import { Button } from '../ui/button.js';
import { localZone, TIME_MODES, type TimeMode } from './log-time.js';
import styles from './log.module.css';

interface LogToolbarProps {
  id: string;
  /** Null: the log does not grow any more. */
  follows: boolean | null;
  onFollow: () => void;
  wraps: boolean;
  onWrap: () => void;
  time: TimeMode;
  onTime: (mode: TimeMode) => void;
  onStart: () => void;
  onEnd: () => void;
}

export function LogToolbar({ id, follows, wraps, time, onTime, ...on }: LogToolbarProps) {
  const words: Record<TimeMode, string> = {
    off: 'Times: off',
    relative: 'Since the start',
    local: `Clock: ${localZone()}`,
    utc: 'Clock: UTC',
  };
  return (
    <div className={styles['tools']}>
      {follows !== null && (
        <Button kind="quiet" aria-pressed={follows} title="Follow new lines (f)" onClick={on.onFollow}>
          Follow
        </Button>
      )}
      <Button kind="quiet" aria-pressed={wraps} title="Wrap long lines (w)" onClick={on.onWrap}>
        Wrap
      </Button>
      <select
        aria-label="Times of the lines"
        className={styles['times']}
        value={time}
        onChange={({ target }) => onTime(TIME_MODES.find((mode) => mode === target.value) ?? 'off')}
      >
        {TIME_MODES.filter((mode) => mode !== 'local' || localZone() !== 'UTC').map((mode) => (
          <option key={mode} value={mode}>
            {words[mode]}
          </option>
        ))}
      </select>
      <Button kind="quiet" onClick={on.onStart}>
        Start
      </Button>
      <Button kind="quiet" onClick={on.onEnd}>
        End
      </Button>
      <a
        className={styles['download']}
        href={GATEWAY_URL + pathOf('readExecutionLog', { id })}
        download={`execution-${id}.log`}
      >
        Download
      </a>
    </div>
  );
}

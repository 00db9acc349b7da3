import type { ExecutionStatus } from '@app/domain';
import { CircleCheck, CircleDashed, CircleDot, CircleSlash, CircleX, type LucideIcon } from 'lucide-react';
import styles from './status.module.css';
import { statusKind, statusWord, type StatusKind } from './status.js';

const ICONS: Record<StatusKind, LucideIcon> = {
  waiting: CircleDashed,
  running: CircleDot,
  finished: CircleCheck,
  failed: CircleX,
  stopped: CircleSlash,
};

/** A status by icon, word and colour. */
export function StatusBadge({ status }: { status: ExecutionStatus }) {
  const kind = statusKind(status);
  const Icon = ICONS[kind];
  return (
    <span className={`${styles['status']} ${styles[kind]}`} title={status}>
      <Icon size={15} aria-hidden />
      {statusWord(status)}
    </span>
  );
}

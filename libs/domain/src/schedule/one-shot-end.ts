import type { ScheduleTick } from './schedule.js';

/** What became of a schedule that was to run once, as its `pausedReason` says it. */
const RAN = 'It ran once.';
const DID_NOT_RUN = /^It was due once and was (skipped|refused): (.*)$/s;

/** The `pausedReason` of a one-shot schedule after its tick. A reason is one sentence, with or without a full stop. */
export function oneShotReason({ outcome, reason }: Pick<ScheduleTick, 'outcome' | 'reason'>): string {
  switch (outcome) {
    case 'fired':
      return RAN;
    case 'refused':
      return didNotRun('refused', reason ?? 'no reason is known');
    case 'blacked_out':
      return didNotRun('skipped', reason ?? 'a blackout window covers that time');
    case 'overlapped':
    case 'missed':
      return didNotRun('skipped', reason ?? 'no reason is known');
  }
}

export type OneShotEnd = { kind: 'ran' } | { kind: 'skipped' | 'refused'; reason: string };

/** Reads a `pausedReason` that `oneShotReason` wrote. Null: the schedule was paused for another reason. */
export function readOneShotEnd(pausedReason: string | null | undefined): OneShotEnd | null {
  if (pausedReason === RAN) return { kind: 'ran' };
  const [, kind, reason] = DID_NOT_RUN.exec(pausedReason ?? '') ?? [];
  return reason === undefined ? null : { kind: kind === 'refused' ? 'refused' : 'skipped', reason };
}

function didNotRun(how: 'skipped' | 'refused', reason: string): string {
  return `It was due once and was ${how}: ${reason}${reason.endsWith('.') ? '' : '.'}`;
}

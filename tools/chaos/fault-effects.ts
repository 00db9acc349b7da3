import type { FaultRecord } from './record.js';

/** The waits that a fault can make longer. */
export const WAITS = {
  answer: 'from the first request of a submission until it is accepted',
  start: 'from there to its first container; submissions with a concurrency limit are left out',
  end: 'from the end of the last container to the end of the execution',
  tick: 'from the scheduled time of a tick to its execution',
  mail: 'from an event to its email',
} as const;
export type WaitName = keyof typeof WAITS;

/** The longest wait of each kind in milliseconds; absent where nothing waited. */
type LongestWaits = Partial<Record<WaitName, number>>;

/** The longest waits near faults of one kind. Where faults overlap, the first one is charged for both. */
export interface FaultEffect {
  times: number;
  longestMs: LongestWaits;
}

/** By kind of fault; `calm` has the waits that no fault touched. */
export type FaultEffects = Record<string, FaultEffect>;

export const CALM = 'calm';

/** A wait that begins later than this after a fault is not charged to it. Longer than a worker's lease. */
export const SETTLES_WITHIN_MS = 20_000;

export interface Wait {
  name: WaitName;
  fromMs: number;
  untilMs: number;
}

/** The longest waits by kind of fault. A wait is charged to the first fault whose time, or aftermath, it touches. Pure. */
export function effectsOf(faults: readonly FaultRecord[], waits: readonly Wait[]): FaultEffects {
  const inOrder = [...faults].sort((a, b) => a.fromMs - b.fromMs);
  const effects: FaultEffects = { [CALM]: { times: 1, longestMs: {} } };
  for (const { kind } of inOrder) (effects[kind] ??= { times: 0, longestMs: {} }).times += 1;
  for (const { name, fromMs, untilMs } of waits) {
    const cause = inOrder.find(
      (fault) => fromMs <= fault.untilMs + SETTLES_WITHIN_MS && untilMs >= fault.fromMs,
    );
    const { longestMs } = effects[cause?.kind ?? CALM]!;
    longestMs[name] = Math.max(longestMs[name] ?? 0, untilMs - fromMs);
  }
  return effects;
}

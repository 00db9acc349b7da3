/** How long a fault lasts. */
interface Seconds {
  min: number;
  max: number;
}

const forSeconds = (min: number, max: number): Seconds => ({ min, max });
/** A fault that is over as soon as it has happened. */
const AT_ONCE = forSeconds(0, 0);

/** Every kind of fault, and how long it lasts. A worker's lease is 12 s. */
export const FAULT_SECONDS = {
  'kill gateway': AT_ONCE,
  'kill executor-worker': AT_ONCE,
  'kill executor-worker before its commit': AT_ONCE,
  'kill executor-worker after its commit': AT_ONCE,
  'kill scheduler': AT_ONCE,
  'kill notifier': AT_ONCE,
  'stop gateway': AT_ONCE,
  'stop executor-worker': AT_ONCE,
  'stop scheduler': AT_ONCE,
  'stop notifier': AT_ONCE,
  'freeze gateway': forSeconds(3, 12),
  'freeze executor-worker': forSeconds(15, 30),
  'freeze scheduler': forSeconds(5, 20),
  'freeze notifier': forSeconds(5, 30),
  'redis restart': forSeconds(1, 8),
  'redis kill': forSeconds(0, 3),
  'redis flush': AT_ONCE,
  'postgres restart': forSeconds(1, 8),
  'postgres immediate stop': forSeconds(0, 3),
  'postgres backend kill': AT_ONCE,
  'postgres disk full': forSeconds(4, 12),
  'kubernetes 429': forSeconds(3, 10),
  'kubernetes 500': forSeconds(3, 10),
  'kubernetes 410': forSeconds(2, 8),
  'kubernetes hang': forSeconds(3, 12),
  'kubernetes reset': forSeconds(2, 8),
  'kubernetes lost answer': forSeconds(2, 8),
  'kubernetes dropped watches': AT_ONCE,
  'quota full': forSeconds(3, 12),
  'webhook away': forSeconds(3, 12),
  'logs cut': forSeconds(1, 5),
  'logs slow': forSeconds(5, 15),
  'pods lost with their node': AT_ONCE,
  'pods killed': AT_ONCE,
  'pods drained': AT_ONCE,
  'kubernetes finalizers': forSeconds(3, 12),
  'network refused': forSeconds(2, 15),
  'network silent': forSeconds(3, 25),
  'network without answers': forSeconds(3, 12),
  'mail refused': forSeconds(3, 12),
  'mail hanging': forSeconds(3, 12),
  'mail away': forSeconds(3, 12),
  'clock jump': forSeconds(5, 30),
} as const satisfies Record<string, Seconds>;

export type FaultKind = keyof typeof FAULT_SECONDS;

export const FAULT_KINDS = Object.keys(FAULT_SECONDS) as readonly FaultKind[];

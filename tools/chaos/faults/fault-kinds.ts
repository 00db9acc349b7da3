/** How long a fault lasts, in seconds; of one that happens in a moment both are 0. */
interface Lasting {
  shortest: number;
  longest: number;
}

const moment: Lasting = { shortest: 0, longest: 0 };

/** Every fault there is, and how long it lasts. A worker's lease is 12 s. */
export const FAULTS = {
  'kill gateway': moment,
  'kill executor-worker': moment,
  'kill scheduler': moment,
  'kill notifier': moment,
  'stop gateway': moment,
  'stop executor-worker': moment,
  'stop scheduler': moment,
  'stop notifier': moment,
  'freeze gateway': { shortest: 3, longest: 12 },
  'freeze executor-worker': { shortest: 15, longest: 30 },
  'freeze scheduler': { shortest: 5, longest: 20 },
  'freeze notifier': { shortest: 5, longest: 30 },
  'redis restart': { shortest: 1, longest: 8 },
  'redis kill': { shortest: 0, longest: 3 },
  'redis flush': moment,
  'postgres restart': { shortest: 1, longest: 8 },
  'postgres immediate stop': { shortest: 0, longest: 3 },
  'postgres backend kill': moment,
  'postgres disk full': { shortest: 4, longest: 12 },
  'kubernetes 429': { shortest: 3, longest: 10 },
  'kubernetes 500': { shortest: 3, longest: 10 },
  'kubernetes 410': { shortest: 2, longest: 8 },
  'kubernetes hang': { shortest: 3, longest: 12 },
  'kubernetes reset': { shortest: 2, longest: 8 },
  'kubernetes lost answer': { shortest: 2, longest: 8 },
  'kubernetes dropped watches': moment,
  'logs cut': { shortest: 1, longest: 5 },
  'logs slow': { shortest: 5, longest: 15 },
  'pods lost with their node': moment,
  'pods killed': moment,
  'network refused': { shortest: 2, longest: 15 },
  'network silent': { shortest: 3, longest: 25 },
  'network without answers': { shortest: 3, longest: 12 },
  'mail refused': { shortest: 3, longest: 12 },
  'mail hanging': { shortest: 3, longest: 12 },
  'mail away': { shortest: 3, longest: 12 },
  'clock jump': { shortest: 5, longest: 30 },
} as const satisfies Record<string, Lasting>;

export type FaultKind = keyof typeof FAULTS;

export const FAULT_KINDS = Object.keys(FAULTS) as readonly FaultKind[];

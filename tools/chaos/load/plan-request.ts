import type { ProcRecord, Script } from '../record.js';
import type { Random } from '../../random.js';

export const PROCS = {
  plain: { name: 'chaos-plain', concurrencyLimit: null, retries: 0 },
  one: { name: 'chaos-one-at-a-time', concurrencyLimit: 1, retries: 0 },
  three: { name: 'chaos-three-at-a-time', concurrencyLimit: 3, retries: 0 },
  retrying: { name: 'chaos-retrying', concurrencyLimit: null, retries: 1 },
} as const satisfies Record<string, ProcRecord>;

/** The share of each kind, in percent. */
const KINDS = {
  short: 60,
  failing: 10,
  long: 3,
  chatty: 4,
  cancelled: 9,
  'one-at-a-time': 2,
  'three-at-a-time': 6,
  retrying: 6,
} as const;

export type RequestKind = keyof typeof KINDS;

/** One execution to submit, and what its client does with it. */
export interface PlannedRequest {
  kind: RequestKind;
  proc: string;
  script: Script;
  /** Since it was accepted; null: never. */
  cancelAfterMs: number | null;
  view: 'websocket' | 'text' | null;
  /** The client repeats the request although it was accepted. */
  isRepeated: boolean;
  /** The client polls again so long after it saw the end; null: never. */
  pollsAgainAfterMs: number | null;
}

const VIEWED = 0.12;
const REPEATED = 0.1;
const POLLED_AGAIN = 0.3;

/** @param longestMs the longest duration of a script, a whole number: a short chaos run must not wait for long scripts */
export function planRequest(random: Random, longestMs: number): PlannedRequest {
  const kind = pickKind(random);
  return {
    kind,
    proc: procOf(kind),
    script: planScript(kind, random, longestMs),
    cancelAfterMs: kind === 'cancelled' ? Math.round(random.between(0, 5_000)) : null,
    view: random.chance(VIEWED) ? random.pick(['websocket', 'text'] as const) : null,
    isRepeated: random.chance(REPEATED),
    pollsAgainAfterMs: random.chance(POLLED_AGAIN) ? Math.round(random.between(1_000, longestMs)) : null,
  };
}

function pickKind(random: Random): RequestKind {
  const kinds = Object.entries(KINDS) as [RequestKind, number][];
  let left = random.next() * kinds.reduce((sum, [, percent]) => sum + percent, 0);
  return kinds.find(([, percent]) => (left -= percent) < 0)?.[0] ?? 'short';
}

function procOf(kind: RequestKind): string {
  if (kind === 'one-at-a-time') return PROCS.one.name;
  if (kind === 'three-at-a-time') return PROCS.three.name;
  return kind === 'retrying' ? PROCS.retrying.name : PROCS.plain.name;
}

function planScript(kind: RequestKind, random: Random, longestMs: number): Script {
  const script = (lines: [number, number], durationMs: [number, number], exitCode = 0): Script => ({
    lines: random.integer(...lines),
    durationMs: random.integer(...durationMs),
    exitCode,
  });
  switch (kind) {
    case 'short':
      return script([1, 6], random.chance(0.5) ? [0, 0] : [50, 1_000]);
    case 'failing':
      return script([1, 6], [0, 500], random.integer(1, 125));
    case 'long':
      return script([10, 40], [Math.round(longestMs / 4), longestMs]);
    case 'chatty':
      return script([1_000, 6_000], [0, 1_000]);
    case 'cancelled':
      return script([1, 20], random.chance(0.8) ? [3_000, longestMs] : [0, 1_000]);
    case 'one-at-a-time':
    case 'three-at-a-time':
      return script([1, 4], [100, 800]);
    case 'retrying':
      return script([1, 6], [0, 500], random.chance(0.8) ? random.integer(1, 125) : 0);
  }
}

/** Idempotency keys begin with the kind, so that a submission shows its kind. */
export const keyOf = (kind: RequestKind, seed: number, n: number): string => `${kind}/${seed}/${n}`;

export const kindOf = (key: string): string => key.split('/')[0] ?? '';

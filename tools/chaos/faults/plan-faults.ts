import { Random } from '../random.js';
import { SETTLES_WITHIN_MS } from '../fault-effects.js';
import { FAULTS, type FaultKind } from './fault-kinds.js';

export interface PlannedFault {
  kind: FaultKind;
  /** After the load began. */
  atMs: number;
  lastsMs: number;
  /** From 0 to less than 1: decide whom it hits, and in which of its ways. */
  whom: number;
  how: number;
}

export interface FaultPlanOptions {
  seed: number;
  seconds: number;
  kinds: readonly FaultKind[];
  /** Each when what the one before did is over: to see what each does by itself. */
  isOneByOne: boolean;
}

/** Nothing happens before: the services have only just begun. */
const QUIET_START_MS = 3_000;
/** How much of the run's end is calm, and at most how long. */
const CALM_PART = 0.15;
const LONGEST_CALM_MS = 60_000;
const SHORTEST_GAP_MS = 1_000;
const LONGEST_GAP_MS = 12_000;

/**
 * Which faults happen when. Every kind comes before one comes again; they may overlap if not told otherwise; each has
 * healed before the calm at the end. Pure: the same options give the same plan. Empty if there are no kinds.
 */
export function planFaults({ seed, seconds, kinds, isOneByOne }: FaultPlanOptions): PlannedFault[] {
  const random = new Random(seed);
  const untilMs = seconds * 1_000 - Math.min(seconds * 1_000 * CALM_PART, LONGEST_CALM_MS);
  const plan: PlannedFault[] = [];
  let deck: FaultKind[] = [];
  let atMs = QUIET_START_MS;
  while (kinds.length > 0 && atMs < untilMs) {
    if (deck.length === 0) deck = random.shuffle(kinds);
    const kind = deck.pop()!;
    const { shortest, longest } = FAULTS[kind];
    const wishedMs = random.between(shortest, longest) * 1_000;
    const lastsMs = Math.round(Math.min(wishedMs, untilMs - atMs));
    plan.push({ kind, atMs: Math.round(atMs), lastsMs, whom: random.next(), how: random.next() });
    atMs += isOneByOne
      ? lastsMs + SETTLES_WITHIN_MS + 1_000
      : random.between(SHORTEST_GAP_MS, LONGEST_GAP_MS);
  }
  return plan;
}

import { Random } from '../../random.js';
import { SETTLES_WITHIN_MS } from '../fault-effects.js';
import { FAULT_SECONDS, type FaultKind } from './fault-kinds.js';

export interface PlannedFault {
  kind: FaultKind;
  /** Since the load began. */
  atMs: number;
  lastsMs: number;
  /** From 0 to less than 1: which victim it hits, and in which variant. */
  whom: number;
  how: number;
}

export interface FaultPlanOptions {
  seed: number;
  seconds: number;
  kinds: readonly FaultKind[];
  /** Each fault starts only when the effects of the one before are over. */
  isOneByOne: boolean;
}

/** No fault while the services have only just started. */
const QUIET_START_MS = 3_000;
/** The share of the run that is calm at its end, and its upper bound. */
const CALM_PART = 0.15;
const MAX_CALM_MS = 60_000;
const MIN_GAP_MS = 1_000;
const MAX_GAP_MS = 12_000;

/**
 * Plans which fault happens when. Every kind comes up before one repeats; faults may overlap unless `isOneByOne`; all
 * have healed before the calm at the end. Pure: the same options give the same plan. Empty without kinds.
 */
export function planFaults({ seed, seconds, kinds, isOneByOne }: FaultPlanOptions): PlannedFault[] {
  const random = new Random(seed);
  const untilMs = seconds * 1_000 - Math.min(seconds * 1_000 * CALM_PART, MAX_CALM_MS);
  const plan: PlannedFault[] = [];
  let deck: FaultKind[] = [];
  let atMs = QUIET_START_MS;
  while (kinds.length > 0 && atMs < untilMs) {
    if (deck.length === 0) deck = random.shuffle(kinds);
    const kind = deck.pop()!;
    const { min, max } = FAULT_SECONDS[kind];
    const drawnMs = random.between(min, max) * 1_000;
    const lastsMs = Math.round(Math.min(drawnMs, untilMs - atMs));
    plan.push({ kind, atMs: Math.round(atMs), lastsMs, whom: random.next(), how: random.next() });
    atMs += isOneByOne ? lastsMs + SETTLES_WITHIN_MS + 1_000 : random.between(MIN_GAP_MS, MAX_GAP_MS);
  }
  return plan;
}

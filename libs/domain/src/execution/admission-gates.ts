import type { TickOutcome } from '../schedule/schedule.js';
import { ORIGIN_KINDS, type OriginKind } from './execution-origin.js';

interface AdmissionGate {
  /** Stored in `execution.waiting_for` while the gate holds an execution back. */
  name: string;
  /** The origins whose executions pass this gate. */
  appliesTo: readonly OriginKind[];
  /** What the waiters have in common: executions with the same schedule, user or proc wait in one line. */
  queuesBy: 'schedule' | 'user' | 'proc';
  /** True: waiting executions take up room at this gate too. False: only admitted ones do. */
  countsWaiters: boolean;
  /** True: an execution held here is not shown to the gates behind it until it is released. */
  hidesLaterGates: boolean;
  /**
   * How a schedule's history records a tick that the gate refuses; null: the gate holds executions and never refuses.
   */
  refusedTick: TickOutcome | null;
  /** Completes the sentence "The execution waits for …". */
  waitsFor: string;
}

/**
 * Everything that can hold an accepted execution back, in the order in which executions pass. An execution that is
 * released from one gate moves on to the next one that applies; an execution that no gate holds is admitted and
 * enqueued. A new gate (freeze, approval) is a row here, a check in AdmissionRoom, and a module in
 * libs/database/src/executions/admission.
 */
export const ADMISSION_GATES = [
  {
    name: 'overlap',
    appliesTo: ['schedule'],
    queuesBy: 'schedule',
    countsWaiters: true,
    hidesLaterGates: true,
    refusedTick: 'overlapped',
    waitsFor: 'the previous execution of the same schedule to end',
  },
  {
    name: 'share',
    appliesTo: ORIGIN_KINDS,
    queuesBy: 'user',
    countsWaiters: false,
    hidesLaterGates: false,
    refusedTick: null,
    waitsFor: 'other executions of the same user to end',
  },
  {
    name: 'slot',
    appliesTo: ORIGIN_KINDS,
    queuesBy: 'proc',
    countsWaiters: false,
    hidesLaterGates: false,
    refusedTick: 'refused',
    waitsFor: 'another execution of the proc to end',
  },
] as const satisfies readonly AdmissionGate[];

/** The gate that holds an accepted execution back. */
export type WaitingFor = (typeof ADMISSION_GATES)[number]['name'];

/** The gates that can refuse an execution. */
export type RefusingGate = Exclude<(typeof ADMISSION_GATES)[number], { refusedTick: null }>['name'];

export const GATE_NAMES = ADMISSION_GATES.map(({ name }) => name);

const GATE_BY_NAME = new Map(ADMISSION_GATES.map((gate) => [gate.name, gate] as const));

export function gateNamed<Name extends WaitingFor>(
  name: Name,
): Extract<(typeof ADMISSION_GATES)[number], { name: Name }> {
  return GATE_BY_NAME.get(name) as Extract<(typeof ADMISSION_GATES)[number], { name: Name }>;
}

/** The gates that executions of this origin pass, in order. */
export function gatesOf(origin: OriginKind): readonly (typeof ADMISSION_GATES)[number][] {
  return ADMISSION_GATES.filter(({ appliesTo }) => (appliesTo as readonly OriginKind[]).includes(origin));
}

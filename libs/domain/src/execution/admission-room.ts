import { decideOverlap, type OverlapPolicy } from '../schedule/decide-overlap.js';
import { gatesOf, type RefusingGate, type WaitingFor } from './admission-gates.js';
import type { ExecutionOrigin } from './execution-origin.js';

/** How many executions of a schedule may wait behind the running one. */
export const OVERLAP_QUEUE_CAP = 10;

/** The slots of a proc with a concurrency limit. */
export interface ProcSlots {
  limit: number;
  whenFull: 'queue' | 'refuse';
  /** Admitted executions that have not ended. */
  taken: number;
}

/** The room at each gate. A gate without figures is open: nothing limits it, or the caller counts later. */
export interface RoomFigures {
  /** Executions of each schedule that have not ended, waiting ones included. */
  liveBySchedule?: ReadonlyMap<number, number>;
  /** Admitted executions of each user, counted no further than the share. */
  share?: { max: number; admittedByUser: ReadonlyMap<string, number> };
  /** Of procs with a concurrency limit, by name. */
  slots?: ReadonlyMap<string, ProcSlots>;
}

export interface AdmissionRequest {
  origin: ExecutionOrigin;
  procName: string;
  userEmail: string;
  /** What the schedule does while an earlier execution is still running; no effect for other origins. */
  overlap?: OverlapPolicy;
}

export type Admission =
  | { kind: 'admitted' }
  | { kind: 'waits'; for: WaitingFor }
  | { kind: 'refused'; by: RefusingGate; reason: string };

type Answer<Name extends WaitingFor> =
  'open' | 'closed' | (Name extends RefusingGate ? { refusal: string } : never);

/**
 * Decides which of a batch of executions may start, wait or are refused, and uses the room up as it goes. Pure apart
 * from its own counters. The figures must be counted while the rows that guard them are locked, or be approximate on
 * purpose.
 */
export class AdmissionRoom {
  private readonly live: Map<number, number>;
  private readonly admitted: Map<string, number>;
  private readonly taken: Map<string, number>;

  private readonly gates: { [Name in WaitingFor]: (request: AdmissionRequest) => Answer<Name> } = {
    overlap: (request) => this.checkOverlap(request),
    share: (request) => this.checkShare(request),
    slot: (request) => this.checkSlot(request),
  };

  constructor(private readonly figures: RoomFigures) {
    this.live = new Map(figures.liveBySchedule);
    this.admitted = new Map(figures.share?.admittedByUser);
    this.taken = new Map([...(figures.slots ?? [])].map(([name, { taken }]) => [name, taken]));
  }

  /**
   * Checks the gates in order. Stops at a refusal, and at a closed gate that hides the later ones. Otherwise the execution
   * waits at the last closed gate, so that a full proc refuses it even if its user is past the share.
   */
  admit(request: AdmissionRequest): Admission {
    let waitsFor: WaitingFor | null = null;
    for (const gate of gatesOf(request.origin.kind)) {
      const answer = this.gates[gate.name](request);
      if (typeof answer === 'object') {
        return { kind: 'refused', by: gate.name as RefusingGate, reason: answer.refusal };
      }
      if (answer === 'open') continue;
      waitsFor = gate.name;
      if (gate.hidesLaterGates) break;
    }
    this.takePlaces(request, waitsFor === null);
    return waitsFor === null ? { kind: 'admitted' } : { kind: 'waits', for: waitsFor };
  }

  private checkOverlap({ origin, overlap = 'allow' }: AdmissionRequest): Answer<'overlap'> {
    const live = origin.kind === 'schedule' ? (this.live.get(origin.scheduleId) ?? 0) : 0;
    if (decideOverlap(overlap, live, OVERLAP_QUEUE_CAP) === 'skip') {
      return {
        refusal:
          overlap === 'queue'
            ? `${OVERLAP_QUEUE_CAP} executions are already waiting`
            : 'the previous execution had not ended',
      };
    }
    return overlap === 'queue' && live > 0 ? 'closed' : 'open';
  }

  private checkShare({ userEmail }: AdmissionRequest): Answer<'share'> {
    const { share } = this.figures;
    return share && (this.admitted.get(userEmail) ?? 0) >= share.max ? 'closed' : 'open';
  }

  private checkSlot({ procName }: AdmissionRequest): Answer<'slot'> {
    const slots = this.figures.slots?.get(procName);
    if (!slots || (this.taken.get(procName) ?? 0) < slots.limit) return 'open';
    if (slots.whenFull === 'queue') return 'closed';
    return { refusal: `${procName} is at its limit of ${slots.limit} concurrent executions` };
  }

  private takePlaces({ origin, userEmail, procName }: AdmissionRequest, isAdmitted: boolean): void {
    if (origin.kind === 'schedule') increment(this.live, origin.scheduleId);
    if (!isAdmitted) return;
    increment(this.admitted, userEmail);
    increment(this.taken, procName);
  }
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

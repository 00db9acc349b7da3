import type { FaultRecord } from '../record.js';

/** Kinds of faults that may stop a container, or keep one from starting. */
export const POD_FAULT = /\b(pods?|node)\b/i;

/** Faults act late: a status that is written, a process that is reaped. */
const AFTERMATH_MS = 5_000;

/** Which faults there were at a time. Whatever is excused is excused by one of them. */
export class FaultsNear {
  constructor(private readonly faults: readonly FaultRecord[]) {}

  /** Any fault within the span. */
  any(fromMs: number, untilMs: number): boolean {
    return this.faults.some((fault) => isWithin(fault, fromMs, untilMs));
  }

  /** A node that was lost, with pods and logs that nobody had read yet. */
  ofNode(fromMs: number, untilMs: number): boolean {
    return this.faults.some(
      ({ kind, ...span }) => /\bnode\b/i.test(kind) && isWithin({ kind, ...span }, fromMs, untilMs),
    );
  }

  /** A fault that reaches into the node. */
  ofPods(fromMs: number, untilMs: number): boolean {
    return this.faults.some((fault) => POD_FAULT.test(fault.kind) && isWithin(fault, fromMs, untilMs));
  }
}

function isWithin(fault: FaultRecord, fromMs: number, untilMs: number): boolean {
  return fault.fromMs <= untilMs && fault.untilMs + AFTERMATH_MS >= fromMs;
}

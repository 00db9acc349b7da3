import type { FaultRecord } from '../record.js';

/** Kinds of faults that may stop a container or prevent its start. */
export const POD_FAULT = /\b(pods?|node)\b/i;

/** Effects come late: a status is written, a process is reaped. */
const AFTERMATH_MS = 5_000;

/** The faults during a span of time. They are the only excuse for an imperfect result. */
export class FaultsNear {
  constructor(private readonly faults: readonly FaultRecord[]) {}

  /** Any fault within the span. */
  any(fromMs: number, untilMs: number): boolean {
    return this.faults.some((fault) => isWithin(fault, fromMs, untilMs));
  }

  /** A lost node, with its pods and the logs that were not read yet. */
  ofNode(fromMs: number, untilMs: number): boolean {
    return this.faults.some(
      ({ kind, ...span }) => /\bnode\b/i.test(kind) && isWithin({ kind, ...span }, fromMs, untilMs),
    );
  }

  /** A fault that affects pods or their node. */
  ofPods(fromMs: number, untilMs: number): boolean {
    return this.faults.some((fault) => POD_FAULT.test(fault.kind) && isWithin(fault, fromMs, untilMs));
  }
}

function isWithin(fault: FaultRecord, fromMs: number, untilMs: number): boolean {
  return fault.fromMs <= untilMs && fault.untilMs + AFTERMATH_MS >= fromMs;
}

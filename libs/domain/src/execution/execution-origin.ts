/**
 * What caused an execution, with the id that each origin refers to. A new origin (webhook, link, agent) is a member
 * here and a row in `ORIGIN_RULES`.
 */
export type ExecutionOrigin =
  { kind: 'person' } | { kind: 'rerun'; rerunOf: number } | { kind: 'schedule'; scheduleId: number };

export type OriginKind = ExecutionOrigin['kind'];

/** An origin with a caller that waits for the answer. */
export type CallerOrigin = Extract<ExecutionOrigin, { kind: 'person' | 'rerun' }>;

interface OriginRules {
  /** Whose notification settings apply: those of the user who owns the execution, or those of the schedule. */
  notifies: 'owner' | 'schedule';
  /** The action in the audit trail; null: the origin keeps its own history (a schedule's ticks). */
  auditAction: string | null;
}

export const ORIGIN_RULES = {
  person: { notifies: 'owner', auditAction: 'submitExecution' },
  rerun: { notifies: 'owner', auditAction: 'rerunExecution' },
  schedule: { notifies: 'schedule', auditAction: null },
} as const satisfies Record<OriginKind, OriginRules>;

export const ORIGIN_KINDS = Object.keys(ORIGIN_RULES) as OriginKind[];

/** The ids of an origin as flat fields, the form in which rows and replies carry them. */
export interface OriginIds {
  scheduleId: number | null;
  rerunOf: number | null;
}

export function originIds(origin: ExecutionOrigin): OriginIds {
  return {
    scheduleId: origin.kind === 'schedule' ? origin.scheduleId : null,
    rerunOf: origin.kind === 'rerun' ? origin.rerunOf : null,
  };
}

/** The inverse of `originIds`. */
export function originFromIds({ scheduleId, rerunOf }: OriginIds): ExecutionOrigin {
  if (scheduleId !== null) return { kind: 'schedule', scheduleId };
  return rerunOf === null ? { kind: 'person' } : { kind: 'rerun', rerunOf };
}

import type { ExecutionStatus } from './execution-state.js';

/** One run of a proc that was asked for, as everybody may see it who may see it at all. */
export interface Execution {
  /** Unique, roughly time-ordered, at most 2^53-1. */
  id: number;
  procName: string;
  /** Name of the Kubernetes Job, known from the moment the request is accepted. */
  jobName: string;
  image: string;
  args: Readonly<Record<string, string>>;
  userEmail: string;
  status: ExecutionStatus;
  exitCode: number | null;
  /** Why it ended as it did, or what it waits for; one line. */
  reason: string | null;
  createdAt: Date;
  updatedAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  cancelRequestedAt: Date | null;
}

/** What of a proc its execution needs, as it was when the execution was accepted. */
export interface ProcSnapshot {
  timeoutSeconds: number | null;
  retries: number | null;
  /** Names of the secrets that must be set. */
  requiredSecrets: readonly string[];
}

/** Why an accepted execution is not in the queue yet: its proc has no free slot, or its user had many admitted. */
export type WaitingFor = 'slot' | 'share';

export const MAX_EXECUTION_ID = Number.MAX_SAFE_INTEGER;

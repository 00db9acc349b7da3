import type { PodSettings } from '../proc/pod-settings.js';
import type { ExecutionStatus } from './execution-state.js';

/** One run of a proc that was asked for, as everybody may see it who may see it at all. */
export interface Execution {
  /** Unique, roughly time-ordered, at most 2^53-1. */
  id: number;
  procName: string;
  /** Name of the Kubernetes Job, known from the moment the request is accepted. */
  jobName: string;
  image: string;
  /** Without args of type `secret`. */
  args: Readonly<Record<string, string>>;
  /** Names of the args of type `secret` that were given; their values are encrypted and shown to nobody. */
  secretArgNames: readonly string[];
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
  /** The schedule that asked for it; null: a person or program did. */
  scheduleId: number | null;
  /** The execution that it repeats; null: none. */
  rerunOf: number | null;
}

/** An execution as lists show it: args may be large. */
export type ExecutionSummary = Omit<Execution, 'args' | 'secretArgNames'>;

/** All that is kept of an execution, for those who look closely. */
export interface ExecutionDetail extends Execution {
  procRevision: number;
  /** Where the request came from; null: not known, or a schedule. */
  remoteAddress: string | null;
  callbackUrl: string | null;
  waitingFor: WaitingFor | null;
  /** Oldest first. */
  attempts: readonly ExecutionAttempt[];
}

/** One pod of an execution. */
export interface ExecutionAttempt {
  /** From 1. */
  n: number;
  podName: string;
  startedAt: Date | null;
  endedAt: Date | null;
  exitCode: number | null;
  reason: string | null;
}

/** What of a proc its execution needs, as it was when the execution was accepted. */
export interface ProcSnapshot {
  timeoutSeconds: number | null;
  retries: number | null;
  /** Names of the secrets that must be set. */
  requiredSecrets: readonly string[];
  pod: PodSettings;
}

/**
 * Why an accepted execution is not in the queue yet: its proc has no free slot, its user had many admitted, or the
 * execution before it of the same schedule goes on.
 */
export type WaitingFor = 'slot' | 'share' | 'overlap';

export const MAX_EXECUTION_ID = Number.MAX_SAFE_INTEGER;

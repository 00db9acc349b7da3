import type { PodTemplate } from '../pod-template/pod-template.js';
import type { PodSettings } from '../proc/pod-settings.js';
import type { WaitingFor } from './admission-gates.js';
import type { ExecutionOrigin } from './execution-origin.js';
import type { ExecutionStatus } from './execution-state.js';

/** One run of a proc, without the values that stay secret. */
export interface Execution {
  /** Unique, roughly time-ordered, at most 2^53-1. */
  id: number;
  procName: string;
  /** Name of the Kubernetes Job; fixed when the execution is accepted. */
  jobName: string;
  image: string;
  /** Without args of type `secret`. */
  args: Readonly<Record<string, string>>;
  /** Names of the args of type `secret` that were given. Their values are encrypted and never shown. */
  secretArgNames: readonly string[];
  userEmail: string;
  status: ExecutionStatus;
  exitCode: number | null;
  /** Why it ended, or what it waits for; one line. */
  reason: string | null;
  /** When it ends if it still waits for what `reason` says; null: it does not wait, or without a limit. */
  waitsUntil: Date | null;
  createdAt: Date;
  updatedAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  cancelRequestedAt: Date | null;
  /** An email. Null with a request: it came from a gateway of an earlier version. */
  cancelRequestedBy: string | null;
  origin: ExecutionOrigin;
}

/** An execution in a list: without args, which may be large. */
export type ExecutionSummary = Omit<Execution, 'args' | 'secretArgNames'>;

/** An execution with everything that is stored about it. */
export interface ExecutionDetail extends Execution {
  procRevision: number;
  /** The caller's IP address; null: unknown, or a schedule. */
  remoteAddress: string | null;
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

/** The settings of a proc that its execution needs, as they were when it was accepted. */
export interface ProcSnapshot {
  timeoutSeconds: number | null;
  retries: number | null;
  /** Names of the secrets that must be set. */
  requiredSecrets: readonly string[];
  pod: PodSettings;
  /** The content of the template that `pod` names, as it was when the execution was accepted. Omitted: none. */
  podTemplate?: PodTemplate;
  /** Empty: none. */
  organization: string;
}

export const MAX_EXECUTION_ID = Number.MAX_SAFE_INTEGER;

import type { RunRecord } from '@app/kube-sandbox';
import type { ChaosRecord } from '../record.js';
import type { LogPart } from './log-parts.js';

/** Everything known after a run: what clients saw, what the system reports, and what really ran. */
export interface Evidence {
  record: ChaosRecord;
  /** All executions in the database. */
  executions: readonly ExecutionRow[];
  attempts: readonly AttemptRow[];
  /** By execution; absent if nothing was stored. */
  logs: ReadonlyMap<number, readonly LogPart[]>;
  keys: readonly KeyRow[];
  ticks: readonly TickRow[];
  events: readonly EventRow[];
  deliveries: readonly DeliveryRow[];
  /** The procs' containers that the sandbox ran. */
  runs: readonly RunRecord[];
  leftovers: readonly Leftover[];
  mails: readonly Mail[];
  /** The executions on the API's history pages. */
  listed: ReadonlyMap<number, ReportedEnd>;
  /** Details from the API of a sample, and of every suspicious execution. */
  details: ReadonlyMap<number, ApiDetail>;
}

/** The status of an execution as a client sees it. */
export interface ReportedEnd {
  status: string;
  exitCode: number | null;
}

export interface ExecutionRow extends ReportedEnd {
  id: number;
  proc: string;
  userEmail: string;
  scheduleId: number | null;
  reason: string | null;
  jobUid: string | null;
  createdAtMs: number;
  /** Null: not final. */
  endedAtMs: number | null;
}

/** One pod in the database. */
export interface AttemptRow {
  executionId: number;
  n: number;
  podUid: string;
  startedAtMs: number | null;
  exitCode: number | null;
  isDisrupted: boolean;
}

export interface KeyRow {
  identity: string;
  key: string;
  executionId: number;
}

export interface TickRow {
  scheduleId: number;
  fireAtMs: number;
  outcome: string;
  executionId: number | null;
}

export interface EventRow {
  id: number;
  event: string;
  executionId: number | null;
  isFannedOut: boolean;
}

export interface DeliveryRow {
  id: number;
  event: string;
  executionId: number | null;
  channel: string;
  recipient: string;
  state: string;
  failedReason: string | null;
  eventAtMs: number;
  /** Null: not sent. */
  sentAtMs: number | null;
}

/** An object that still exists in the cluster. */
export interface Leftover {
  kind: 'Job' | 'Pod' | 'Secret';
  name: string;
}

export interface Mail {
  to: readonly string[];
  messageId: string;
  /** Read from its text. */
  event: 'ended' | 'started' | 'slow' | 'other';
  executionId: number | null;
  status: string | null;
  subject: string;
}

/** What the API reports about one execution. */
export interface ApiDetail {
  /** Null: not found. */
  execution: (ReportedEnd & { attempts: number }) | null;
  log: readonly LogPart[];
}

/** One broken promise. */
export interface Violation {
  promise: PromiseName;
  /** `execution 123`, `submission <key>`, `schedule 7`, … */
  subject: string;
  /** What is wrong, and what was expected. */
  problem: string;
}

export const PROMISES = [
  'one correct end',
  'one job',
  'each line once',
  'each tick once',
  'recipients notified',
  'limits respected',
  'no leftovers',
  'ends never change',
  'nothing lost',
  'no crash',
] as const;
export type PromiseName = (typeof PROMISES)[number];

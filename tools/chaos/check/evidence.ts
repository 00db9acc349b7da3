import type { RunRecord } from '@app/kube-sandbox';
import type { ChaosRecord } from '../record.js';
import type { LogPart } from './log-parts.js';

/** All that can be known after a run: what clients were told, what the system says, and what really happened. */
export interface Evidence {
  record: ChaosRecord;
  /** All executions of the database. */
  executions: readonly ExecutionRow[];
  attempts: readonly AttemptRow[];
  /** By execution; none: nothing was stored. */
  logs: ReadonlyMap<number, readonly LogPart[]>;
  keys: readonly KeyRow[];
  ticks: readonly TickRow[];
  events: readonly EventRow[];
  deliveries: readonly DeliveryRow[];
  /** What the sandbox really ran. */
  runs: readonly RunRecord[];
  leftovers: readonly Leftover[];
  mails: readonly Mail[];
  /** What the API's history pages list. */
  listed: ReadonlyMap<number, ToldEnd>;
  /** What the API says of some executions one by one: a sample, and whatever looks suspicious. */
  looks: ReadonlyMap<number, Look>;
}

/** What somebody was told of an execution. */
export interface ToldEnd {
  status: string;
  exitCode: number | null;
}

export interface ExecutionRow extends ToldEnd {
  id: number;
  proc: string;
  userEmail: string;
  scheduleId: number | null;
  reason: string | null;
  jobUid: string | null;
  createdAtMs: number;
  /** Null: it is not final. */
  endedAtMs: number | null;
}

/** One pod as the database has it. */
export interface AttemptRow {
  executionId: number;
  n: number;
  podUid: string;
  startedAtMs: number | null;
  exitCode: number | null;
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
  isSpread: boolean;
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
  /** Null: it was not sent. */
  sentAtMs: number | null;
}

/** An object that is still in the cluster. */
export interface Leftover {
  kind: 'Job' | 'Pod' | 'Secret';
  name: string;
}

export interface Mail {
  to: readonly string[];
  messageId: string;
  /** As its text says. */
  event: 'ended' | 'started' | 'slow' | 'other';
  executionId: number | null;
  status: string | null;
  subject: string;
}

/** What the API says of one execution. */
export interface Look {
  /** Null: there is no such execution. */
  detail: (ToldEnd & { attempts: number }) | null;
  log: readonly LogPart[];
}

/** One thing that is not as it was promised. */
export interface Violation {
  /** Its name, one of `PROMISES`. */
  promise: PromiseName;
  /** Of what: `execution 123`, `submission <key>`, `schedule 7`, … */
  subject: string;
  /** What is wrong with it, with what was expected. */
  told: string;
}

export const PROMISES = [
  'one fitting end',
  'one job',
  'each line once',
  'each tick once',
  'everybody told',
  'limits kept',
  'nothing left over',
  'ends never change',
  'nothing forgotten',
  'no crash',
] as const;
export type PromiseName = (typeof PROMISES)[number];

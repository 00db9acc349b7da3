import type { ResourceName } from './objects/kube-object.js';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'delete' | 'deletecollection';

/** Which requests a fault hits: all, unless narrowed. `log` are reads of pods' logs. */
export interface RequestMatch {
  verb?: Verb;
  resource?: ResourceName | 'log';
}

/** What happens to a request that a rule hits. `reset`: the connection is cut. `hang`: there is no answer. */
export type RequestEffect =
  | { kind: 'status'; code: number; retryAfterSeconds?: number; message?: string }
  | { kind: 'delay'; delayMs: number }
  | { kind: 'reset' }
  | { kind: 'hang' };

export interface RequestFault extends RequestMatch {
  effect: RequestEffect;
  /** How many requests; absent: all until `clear`. */
  count?: number;
  /** `after`: the request is carried out, and then its answer is lost. `before` if absent. */
  when?: 'before' | 'after';
}

/** How the node's pods end: `fail` leaves them as failed with NodeLost, `delete` takes the objects too. */
export type NodeLoss = 'fail' | 'delete';

/**
 * Switches for tests. All may be used at any time, any number of times; `clear` undoes everything that is undone
 * at all (holds, rules, slowness), not what has happened.
 */
export interface Faults {
  /** Cuts all open watches (or those of a resource) now. Gives how many. */
  dropWatches(resource?: ResourceName): number;
  /** Answers 410 Gone to the next `count` watches (1 if absent), of a resource or of any. */
  expireWatches(count?: number, resource?: ResourceName): void;
  failRequests(fault: RequestFault): void;
  /** Cuts all open log streams now. Gives how many. */
  cutLogs(): number;
  /** Cuts the next `count` log streams (1 if absent) after so many bytes each. */
  cutLogsAfter(bytes: number, count?: number): void;
  /** Limits each log stream; null: as fast as they are read. */
  slowLogs(bytesPerSecond: number | null): void;
  /** Kills all containers without grace, with their logs. Gives how many pods. */
  loseNode(loss?: NodeLoss): number;
  /** Ends running pods as the kernel (`OOMKilled`, exit code 137) or the kubelet (`Evicted`) would. */
  killPods(reason: 'OOMKilled' | 'Evicted', podName?: string): number;
  /** New pods stay unscheduled until `releasePods`. */
  holdPods(): void;
  releasePods(): void;
  clear(): void;
}

/** The body of `POST /sandbox/faults`: a method of `Faults` and its arguments. */
export interface FaultCommand {
  fault: keyof Faults;
  args?: unknown[];
}

export const FAULT_NAMES = [
  'dropWatches',
  'expireWatches',
  'failRequests',
  'cutLogs',
  'cutLogsAfter',
  'slowLogs',
  'loseNode',
  'killPods',
  'holdPods',
  'releasePods',
  'clear',
] as const satisfies readonly (keyof Faults)[];

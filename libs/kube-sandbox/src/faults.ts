import type { Injection } from './admission/mutation.js';
import type { PodSecurityLevel } from './admission/pod-security.js';
import type { ObjectQuota } from './admission/quota.js';
import type { Webhook } from './admission/webhook.js';
import type { ResourceName } from './objects/kube-object.js';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'delete' | 'deletecollection';

/** Which requests a fault affects: all, unless narrowed. `log` selects reads of pod logs. */
export interface RequestMatch {
  verb?: Verb;
  resource?: ResourceName | 'log';
  namespace?: string;
}

/** What happens to an affected request. `reset` drops the connection (over HTTP/2 its stream), `hang` never responds. */
export type RequestEffect =
  | { kind: 'status'; code: number; retryAfterSeconds?: number; message?: string }
  | { kind: 'delay'; delayMs: number }
  | { kind: 'reset' }
  | { kind: 'hang' };

export interface RequestFault extends RequestMatch {
  effect: RequestEffect;
  /** How many requests. Omitted: all until `clear`. */
  count?: number;
  /** `after`: the request is processed, then its response is lost. Default: `before`. */
  when?: 'before' | 'after';
}

/** How the node's pods end: `fail` marks them failed with NodeLost, `delete` also removes the objects. */
export type NodeLoss = 'fail' | 'delete';

/**
 * Fault switches for tests. Each may be used at any time, any number of times. `clear` turns off holds, rules, admission and
 * slow logs; it does not undo what has already happened, except finalizers.
 */
export interface Faults {
  /** Cuts all open watches, or those of one resource. Returns how many. */
  dropWatches(resource?: ResourceName): number;
  /** Responds with 410 Gone to the next `count` watches (default 1), of one resource or any. */
  expireWatches(count?: number, resource?: ResourceName): void;
  failRequests(fault: RequestFault): void;
  /** Cuts all open log streams. Returns how many. */
  cutLogs(): number;
  /** Cuts each of the next `count` log streams (default 1) after `bytes`. */
  cutLogsAfter(bytes: number, count?: number): void;
  /** Tells clients of HTTP/2 to finish what they have begun, and to connect again for more. Returns how many. */
  sendGoAway(): number;
  /** Limits the rate of each log stream; null: no limit. */
  slowLogs(bytesPerSecond: number | null): void;
  /** Kills all containers without a grace period and deletes their logs. Returns how many pods. */
  loseNode(loss?: NodeLoss): number;
  /** Ends running pods as the kernel (`OOMKilled`, exit code 137) or the kubelet (`Evicted`) would. */
  killPods(reason: 'OOMKilled' | 'Evicted', podName?: string): number;
  /** Evicts running pods as a drain does, through the eviction API, with their grace period. Returns how many. */
  evictPods(podName?: string): number;
  /** Adds these containers to new pods, as a mesh does; null: no more. */
  injectContainers(injection: Injection | null): void;
  /** Puts a finalizer on new objects, as another controller does; null: no more, and takes it off those that have it. */
  setFinalizer(resource: 'jobs' | 'pods', finalizer: string | null): void;
  /** Keeps new pods unscheduled until `releasePods`. @param message the scheduler's sentence */
  holdPods(message?: string): void;
  releasePods(): void;
  /** Keeps new pods from mounting their volumes, with this event; null: releases them. */
  failMounts(message: string | null): void;
  /** Fills the queues of Kueue: suspended Jobs stay so. @param message Kueue's sentence */
  fillQueues(message?: string): void;
  /** The queues admit Jobs again. */
  emptyQueues(): void;
  /** Suspends running Jobs of queues, as Kueue does for more important ones. Returns how many. */
  preemptJobs(jobName?: string): number;
  /** Limits how many objects each namespace may hold; null: no limit. */
  setQuota(quota: ObjectQuota | null): void;
  /** Refuses new pods below a level of Pod Security. */
  enforcePodSecurity(level: PodSecurityLevel): void;
  /** Adds an admission webhook, or replaces the one with its name. */
  addWebhook(webhook: Webhook): void;
  removeWebhook(name: string): void;
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
  'sendGoAway',
  'slowLogs',
  'loseNode',
  'killPods',
  'evictPods',
  'injectContainers',
  'setFinalizer',
  'holdPods',
  'releasePods',
  'failMounts',
  'fillQueues',
  'emptyQueues',
  'preemptJobs',
  'setQuota',
  'enforcePodSecurity',
  'addWebhook',
  'removeWebhook',
  'clear',
] as const satisfies readonly (keyof Faults)[];

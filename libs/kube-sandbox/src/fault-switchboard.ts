import { untilAborted } from '@app/timing';
import { Admission } from './admission/admission.js';
import { type Injection, Mutation } from './admission/mutation.js';
import type { PodSecurityLevel } from './admission/pod-security.js';
import type { ObjectQuota } from './admission/quota.js';
import type { Webhook } from './admission/webhook.js';
import type { Faults, NodeLoss, RequestEffect, RequestFault, RequestMatch } from './faults.js';
import type { QueueController } from './jobs/queue-controller.js';
import type { StartGate } from './kubelet/kubelet-context.js';
import type { ResourceName } from './objects/kube-object.js';

/** An open watch or log stream that a fault may cut. */
export interface OpenStream {
  resource: ResourceName | 'log';
  cut(): void;
}

export interface LogPace {
  /** Null: no limit. */
  cutAfterBytes: number | null;
  bytesPerSecond: number | null;
}

/** The part of the node that faults act on. */
export interface FaultyNode {
  loseNode(loss: NodeLoss): number;
  killPods(reason: 'OOMKilled' | 'Evicted', podName?: string): number;
  evictPods(podName?: string): number;
}

/** Records which `Faults` are on, and applies them to the server and the node. */
export class FaultSwitchboard implements Faults, StartGate {
  private rules: (RequestFault & { left: number })[] = [];
  private cuts: { bytes: number; left: number }[] = [];
  private bytesPerSecond: number | null = null;
  private hold: Hold | null = null;
  private mountHold: Hold | null = null;
  private readonly streams = new Set<OpenStream>();
  readonly admission = new Admission();
  readonly mutation = new Mutation();
  node: FaultyNode | null = null;
  queues: QueueController | null = null;
  server: { sendGoAway(): number } | null = null;

  dropWatches(resource?: ResourceName): number {
    return this.cut((stream) => stream.resource !== 'log' && (!resource || stream.resource === resource));
  }

  expireWatches(count = 1, resource?: ResourceName): void {
    const effect = { kind: 'status', code: 410, message: 'too old resource version: 1 (2)' } as const;
    this.failRequests({ verb: 'watch', resource, count, effect });
  }

  failRequests(fault: RequestFault): void {
    this.rules.push({ ...fault, left: fault.count ?? Infinity });
  }

  cutLogs(): number {
    return this.cut((stream) => stream.resource === 'log');
  }

  cutLogsAfter(bytes: number, count = 1): void {
    this.cuts.push({ bytes, left: count });
  }

  sendGoAway(): number {
    return this.server?.sendGoAway() ?? 0;
  }

  slowLogs(bytesPerSecond: number | null): void {
    this.bytesPerSecond = bytesPerSecond;
  }

  loseNode(loss: NodeLoss = 'fail'): number {
    return this.node?.loseNode(loss) ?? 0;
  }

  killPods(reason: 'OOMKilled' | 'Evicted', podName?: string): number {
    return this.node?.killPods(reason, podName) ?? 0;
  }

  evictPods(podName?: string): number {
    return this.node?.evictPods(podName) ?? 0;
  }

  injectContainers(injection: Injection | null): void {
    this.mutation.containers = injection;
  }

  setFinalizer(resource: 'jobs' | 'pods', finalizer: string | null): void {
    this.mutation.setFinalizer(resource, finalizer);
  }

  holdPods(message = HELD): void {
    this.hold ??= createHold(message);
  }

  releasePods(): void {
    this.hold?.release();
    this.hold = null;
  }

  failMounts(message: string | null): void {
    this.mountHold?.release();
    this.mountHold = message === null ? null : createHold(message);
  }

  fillQueues(message = FULL): void {
    this.queues?.fill(message);
  }

  emptyQueues(): void {
    this.queues?.fill(null);
  }

  preemptJobs(jobName?: string): number {
    return this.queues?.preempt(jobName) ?? 0;
  }

  setQuota(quota: ObjectQuota | null): void {
    this.admission.quota = quota ?? {};
  }

  enforcePodSecurity(level: PodSecurityLevel): void {
    this.admission.podSecurity = level;
  }

  addWebhook(webhook: Webhook): void {
    this.admission.addWebhook(webhook);
  }

  removeWebhook(name: string): void {
    this.admission.removeWebhook(name);
  }

  clear(): void {
    this.rules = [];
    this.cuts = [];
    this.bytesPerSecond = null;
    this.releasePods();
    this.failMounts(null);
    this.emptyQueues();
    this.admission.clear();
    this.mutation.clear();
  }

  get holdMessage(): string | null {
    return this.hold?.message ?? null;
  }

  get mountFailure(): string | null {
    return this.mountHold?.message ?? null;
  }

  async untilPodsMayStart(signal: AbortSignal): Promise<void> {
    while (this.hold && !signal.aborted) await untilAborted(this.hold.released, signal);
  }

  async untilVolumesMount(signal: AbortSignal): Promise<void> {
    while (this.mountHold && !signal.aborted) await untilAborted(this.mountHold.released, signal);
  }

  /** Returns the effect on this request and counts one hit; null if there is none. */
  takeEffect(match: Request, when: 'before' | 'after'): RequestEffect | null {
    const rule = this.rules.find((one) => isHit(one, match) && (one.when ?? 'before') === when);
    if (!rule) return null;
    rule.left -= 1;
    if (rule.left <= 0) this.rules = this.rules.filter((one) => one !== rule);
    return rule.effect;
  }

  /** Returns how fast, and how far, a log stream that starts now may run. */
  takeLogPace(): LogPace {
    const cut = this.cuts[0];
    if (cut && --cut.left <= 0) this.cuts.shift();
    return { cutAfterBytes: cut?.bytes ?? null, bytesPerSecond: this.bytesPerSecond };
  }

  /** Registers an open stream. Call the returned function when it ends. */
  track(stream: OpenStream): () => void {
    this.streams.add(stream);
    return () => this.streams.delete(stream);
  }

  private cut(matches: (stream: OpenStream) => boolean): number {
    const matching = [...this.streams].filter(matches);
    for (const stream of matching) stream.cut();
    return matching.length;
  }
}

/** All but requests across namespaces have one. */
type Request = RequestMatch & Required<Pick<RequestMatch, 'verb' | 'resource'>>;

function isHit(rule: RequestMatch, match: Request): boolean {
  return (
    (!rule.verb || rule.verb === match.verb) &&
    (!rule.resource || rule.resource === match.resource) &&
    (!rule.namespace || rule.namespace === match.namespace)
  );
}

const HELD = '0/1 nodes are available: the sandbox is holding back pods.';

const FULL =
  "couldn't assign flavors to pod set main: insufficient unused quota for cpu in flavor sandbox, 100m more needed";

interface Hold {
  message: string;
  released: Promise<void>;
  release: () => void;
}

function createHold(message: string): Hold {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  return { message, released, release };
}

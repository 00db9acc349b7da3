import { untilAborted } from '@app/timing';
import type { Faults, NodeLoss, RequestEffect, RequestFault, RequestMatch } from './faults.js';
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
}

/** Records which `Faults` are on, and applies them to the server and the node. */
export class FaultSwitchboard implements Faults, StartGate {
  private rules: (RequestFault & { left: number })[] = [];
  private cuts: { bytes: number; left: number }[] = [];
  private bytesPerSecond: number | null = null;
  private hold: { released: Promise<void>; release: () => void } | null = null;
  private readonly streams = new Set<OpenStream>();
  node: FaultyNode | null = null;

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

  slowLogs(bytesPerSecond: number | null): void {
    this.bytesPerSecond = bytesPerSecond;
  }

  loseNode(loss: NodeLoss = 'fail'): number {
    return this.node?.loseNode(loss) ?? 0;
  }

  killPods(reason: 'OOMKilled' | 'Evicted', podName?: string): number {
    return this.node?.killPods(reason, podName) ?? 0;
  }

  holdPods(): void {
    this.hold ??= createHold();
  }

  releasePods(): void {
    this.hold?.release();
    this.hold = null;
  }

  clear(): void {
    this.rules = [];
    this.cuts = [];
    this.bytesPerSecond = null;
    this.releasePods();
  }

  get isHoldingPods(): boolean {
    return this.hold !== null;
  }

  async untilPodsMayStart(signal: AbortSignal): Promise<void> {
    while (this.hold && !signal.aborted) await untilAborted(this.hold.released, signal);
  }

  /** Returns the effect on this request and counts one hit; null if there is none. */
  takeEffect(match: Required<RequestMatch>, when: 'before' | 'after'): RequestEffect | null {
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

function isHit(rule: RequestMatch, match: Required<RequestMatch>): boolean {
  return (!rule.verb || rule.verb === match.verb) && (!rule.resource || rule.resource === match.resource);
}

function createHold(): { released: Promise<void>; release: () => void } {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  return { released, release };
}

import { atOnce } from '../../limits/at-once.js';
import { answerParent } from '../../chaos/world/child.js';
import { isComplete, KubeClient } from '../harness/kube-client.js';

export interface JobLoopOptions {
  server: { url: string; token: string };
  namespace: string;
  /** Each Job has a name of its own, and is the same otherwise. */
  manifest: Manifest;
  count: number;
  creators: number;
}

export interface Manifest {
  metadata: { name: string; namespace: string; labels: Record<string, string> };
  spec: { template: { metadata: { labels: Record<string, string> } } };
}

export interface JobLoopResult {
  tookMs: number;
  /** From the create of each Job until its end is known and its log is read. */
  times: number[];
}

const LOOP_LABEL = 'bench.proctor.io/loop';
const JOB_LABEL = 'batch.kubernetes.io/job-name';

const methods = { run: (options: JobLoopOptions) => new JobLoop(options).run() };

export type JobLoopMethods = typeof methods;

answerParent(methods, () => undefined);

/** The least that running a Job takes: create it, watch it and its pod, read the log. It stores nothing. */
class JobLoop {
  private readonly kube: KubeClient;
  private readonly watches: KubeClient;
  private readonly startedAt = new Map<string, number>();
  /** What is still missing of each Job: its end, and its log. */
  private readonly missing = new Map<string, Set<'end' | 'log'>>();
  private readonly times: number[] = [];
  private readonly loop = `loop-${process.pid}-${Date.now()}`;
  private markDone: () => void = () => undefined;
  private fail: (error: unknown) => void = () => undefined;

  constructor(private readonly options: JobLoopOptions) {
    this.kube = new KubeClient(options.server, 32);
    this.watches = new KubeClient(options.server);
  }

  async run(): Promise<JobLoopResult> {
    const { count, creators } = this.options;
    const done = new Promise<void>((resolve, reject) => {
      this.markDone = resolve;
      this.fail = reject;
    });
    const [watches, selector] = [this.watches, `${LOOP_LABEL}=${this.loop}`];
    const { namespace } = this.options;
    await watches.watch(`/apis/batch/v1/namespaces/${namespace}/jobs`, selector, (job) => {
      if (isComplete(job)) this.note(job.metadata.name, 'end');
    });
    const read = new Set<string>();
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    await watches.watch(pods, selector, ({ metadata, status }) => {
      if (status?.phase !== 'Succeeded' || read.has(metadata.name)) return;
      read.add(metadata.name);
      const log = this.kube.text('GET', `${pods}/${metadata.name}/log?timestamps=true`);
      log.then(() => this.note(metadata.labels![JOB_LABEL]!, 'log'), this.fail);
    });
    const startedAt = performance.now();
    await atOnce(count, creators, (at) => this.create(at));
    const timer = setTimeout(
      () => this.fail(new Error(`${count - this.times.length} of ${count} Jobs have not ended`)),
      60_000 + count * 500,
    );
    await done;
    clearTimeout(timer);
    const tookMs = performance.now() - startedAt;
    for (const client of [this.kube, this.watches]) client.close();
    return { tookMs, times: this.times };
  }

  private async create(at: number): Promise<void> {
    const { manifest, namespace } = this.options;
    const name = `${this.loop}-${at}`;
    this.startedAt.set(name, performance.now());
    this.missing.set(name, new Set(['end', 'log']));
    await this.kube.json('POST', `/apis/batch/v1/namespaces/${namespace}/jobs`, {
      ...manifest,
      metadata: { ...manifest.metadata, name, labels: this.label(manifest.metadata.labels) },
      spec: { ...manifest.spec, template: this.template() },
    });
  }

  private template(): object {
    const { template } = this.options.manifest.spec;
    const { metadata } = template;
    return { ...template, metadata: { ...metadata, labels: this.label(metadata.labels) } };
  }

  private label(labels: Record<string, string>): Record<string, string> {
    return { ...labels, [LOOP_LABEL]: this.loop };
  }

  private note(job: string, what: 'end' | 'log'): void {
    const missing = this.missing.get(job);
    if (!missing?.delete(what) || missing.size > 0) return;
    this.times.push(performance.now() - this.startedAt.get(job)!);
    if (this.times.length === this.options.count) this.markDone();
  }
}

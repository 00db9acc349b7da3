import type { V1Job, V1Secret } from '@kubernetes/client-node';
import type { LogPosition } from '@app/domain';
import {
  Runner,
  RunnerRefusedError,
  RunnerRefusedForNowError,
  RunnerUnavailableError,
  type CreateJobOutcome,
  type CreateSecretOutcome,
  type JobRef,
  type JobRequest,
  type JobTrial,
  type JobView,
  type LogPiece,
  type PodRef,
  type PodView,
  type RunView,
  type SecretData,
} from '../runner.js';
import { KubeStatusError, KubeTimeoutError, KubeUnreachableError, classifyError } from './api-outcome.js';
import { ClusterView } from './cluster-view.js';
import { buildJobManifest } from './job-manifest.js';
import { loadKubeConfig } from './kube-config.js';
import { KubeCredentials } from './kube-credentials.js';
import { KubeHttp } from './kube-http.js';
import { KubeObjects } from './kube-objects.js';
import type { KubeResponse } from './kube-response.js';
import {
  completeSettings,
  type CompleteSettings,
  type KubernetesRunnerSettings,
} from './kubernetes-settings.js';
import type { LogSource, PodLife } from './log-response.js';
import { followLog } from './log-follower.js';
import { CONTAINER_NAME, EXECUTION_ID_LABEL, INSTALLATION_LABEL } from './names.js';
import { toJobView, toPodView } from './pod-outcome.js';
import { buildFilesManifest, buildSecretManifest, readSecretValues } from './secret-manifest.js';

/** For the first answer of a watch, before the first Job in a namespace is created. */
const WATCH_TIMEOUT_MS = 5_000;

/**
 * Runs each execution as a Kubernetes Job in one namespace. Contacts the cluster only from `start` on, or when a method is
 * called.
 */
export class KubernetesRunner extends Runner {
  readonly namespace: string;
  readonly #settings: CompleteSettings;
  readonly #http: KubeHttp;
  readonly #objects: KubeObjects;
  readonly #view: ClusterView;
  readonly #logs: LogSource = {
    open: (pod, query, signal) => this.#openLog(pod, query, signal),
    life: (pod, options, signal) => this.#lifeOf(pod, options, signal),
    whenEnded: (pod, timeoutMs, signal) => this.#view.whenEnded(pod, timeoutMs, signal),
  };

  /** Throws when the settings or the kubeconfig are unusable. @param http the namespaces of a cluster share it */
  constructor(settings: KubernetesRunnerSettings, http = openKubeHttp(settings)) {
    super();
    this.namespace = settings.namespace;
    this.#settings = completeSettings(settings);
    this.#http = http;
    this.#objects = new KubeObjects(this.#http, settings.namespace, this.#settings.requestTimeoutMs);
    this.#view = new ClusterView(this.#http, this.#settings);
  }

  async start(): Promise<void> {
    await this.#http.checkCredentials();
    this.#view.start();
  }

  async close(): Promise<void> {
    await this.#view.close();
    this.#http.close();
  }

  isConnected(): boolean {
    return this.#view.isConnected;
  }

  /** Why the worker may not watch the namespace, in Kubernetes' words. Null: it may. */
  get refusal(): string | null {
    return this.#view.refusal;
  }

  async inTurn<T>(create: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return await this.#http.creates.run(create, signal);
  }

  async connect(signal?: AbortSignal): Promise<void> {
    await this.#objects.connect(signal);
    await this.#view.untilAnswered(WATCH_TIMEOUT_MS);
    if (this.#view.refusal !== null) throw new RunnerRefusedForNowError(this.#view.refusal);
  }

  async createJob(request: JobRequest, signal?: AbortSignal): Promise<CreateJobOutcome> {
    try {
      const job = await this.#objects.createJob(buildJobManifest(request, this.#settings), signal);
      return { kind: 'created', jobUid: job.metadata?.uid ?? '' };
    } catch (error) {
      if (isTimeout(error)) {
        const job = await this.#objects.readJob(request.jobName, signal);
        throw job ? error : afterSilence(error);
      }
      if (!(error instanceof KubeStatusError)) throw error;
      return classifyError(error) === 'exists'
        ? await this.#adopt(request, signal)
        : { kind: 'refused', message: error.message };
    }
  }

  async tryJob(request: JobRequest, signal?: AbortSignal): Promise<JobTrial> {
    const manifest = buildJobManifest(request, this.#settings);
    const warnings: string[] = [];
    try {
      await this.#objects.tryJob(manifest, (text) => warnings.push(text), signal);
      return { manifest, outcome: 'accepted', message: '', warnings };
    } catch (error) {
      if (!(error instanceof KubeStatusError) && !(error instanceof KubeUnreachableError)) throw error;
      const isRefused = classifyError(error) === 'refused' && !NO_DRY_RUN.test(error.message);
      return { manifest, outcome: isRefused ? 'refused' : 'unanswered', message: error.message, warnings };
    }
  }

  async createSecret(job: JobRef, values: SecretData): Promise<CreateSecretOutcome> {
    return await this.#createSecret(job, buildSecretManifest(job, values, this.#settings));
  }

  async createFiles(job: JobRef, texts: readonly string[]): Promise<'created' | 'exists'> {
    const { kind } = await this.#createSecret(job, buildFilesManifest(job, texts, this.#settings));
    return kind;
  }

  async #createSecret({ jobUid }: JobRef, manifest: V1Secret): Promise<CreateSecretOutcome> {
    const name = manifest.metadata?.name ?? '';
    try {
      const created = await this.#objects.createSecret(manifest);
      if (created) return { kind: 'created', values: readSecretValues(created) };
    } catch (error) {
      if (!isTimeout(error)) throw error;
      throw (await this.#objects.readSecret(name)) ? error : afterSilence(error);
    }
    const existing = await this.#objects.readSecret(name);
    // It has just been deleted: the caller tries again.
    if (!existing) throw new RunnerUnavailableError(`Secret ${name} existed and has just been deleted.`);
    if (existing.metadata?.ownerReferences?.some(({ uid }) => uid === jobUid))
      return { kind: 'exists', values: readSecretValues(existing) };
    throw new RunnerRefusedError(
      `another Secret named ${name} already exists, which does not belong to this Job; delete it`,
    );
  }

  async readSecret(jobName: string): Promise<SecretData | null> {
    const secret = await this.#objects.readSecret(jobName);
    return secret && readSecretValues(secret);
  }

  async read(jobName: string): Promise<RunView> {
    // In this order, so that a finished Job is returned with finished pods.
    const job = await this.#objects.readJob(jobName);
    const pods = await this.#objects.listPodsOfJob(jobName);
    const views = pods.map(toPodView).sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
    return this.#view.withWarnings({ job: job && toJobView(job), pods: views });
  }

  async deleteJob({ jobName, jobUid }: JobRef): Promise<void> {
    await this.#objects.deleteJob(jobName, jobUid);
  }

  async deletePod({ podName, podUid }: PodRef): Promise<void> {
    await this.#objects.deletePod(podName, podUid);
  }

  observe(jobName: string, signal: AbortSignal): AsyncIterable<RunView> {
    return this.#view.observe(jobName, signal);
  }

  listJobs(): readonly JobView[] {
    return this.#view.jobs();
  }

  followLog(
    pod: PodRef,
    from: LogPosition,
    signal: AbortSignal,
    onOpen?: () => void,
  ): AsyncIterable<LogPiece> {
    const open: LogSource['open'] = async (...request) => {
      const response = await this.#logs.open(...request);
      onOpen?.();
      return response;
    };
    return followLog({ ...this.#logs, open }, pod, from, signal);
  }

  async #adopt(request: JobRequest, signal?: AbortSignal): Promise<CreateJobOutcome> {
    const { jobName } = request;
    const job = await this.#objects.readJob(jobName, signal);
    if (!job)
      throw new RunnerUnavailableError(`Job ${jobName} existed and has just been deleted. Try again.`);
    return this.#existing(job, request);
  }

  #existing(job: V1Job, { executionId }: JobRequest): CreateJobOutcome {
    const labels = job.metadata?.labels;
    const ours =
      labels?.[INSTALLATION_LABEL] === this.#settings.installationId &&
      labels[EXECUTION_ID_LABEL] === executionId;
    return { kind: 'exists', jobUid: job.metadata?.uid ?? '', ours };
  }

  async #openLog(
    { podName }: PodRef,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<KubeResponse> {
    const path = `/api/v1/namespaces/${this.#settings.namespace}/pods/${podName}/log`;
    return await this.#http.open(
      { path, query: { container: CONTAINER_NAME, ...query }, kind: 'log' },
      signal,
    );
  }

  async #lifeOf(
    { podName, podUid }: PodRef,
    { isCacheEnough }: { isCacheEnough: boolean },
    signal: AbortSignal,
  ): Promise<PodLife> {
    const cached = this.#view.pod(podUid);
    const seen = cached && toLife(cached);
    if (seen && (isCacheEnough || seen.kind === 'ended')) return seen;
    const pod = await this.#objects.readPod(podName, signal);
    return pod?.metadata?.uid === podUid ? toLife(toPodView(pod)) : { kind: 'gone' };
  }
}

/** The API server does not ask a webhook that may have side effects. */
const NO_DRY_RUN = /does not support dry run/;

/** A webhook that hangs takes longer than a request may. If reads are answered meanwhile, the API server is not away. */
function afterSilence(cause: Error): RunnerRefusedForNowError {
  return new RunnerRefusedForNowError(
    `${cause.message}, but it answers reads: an admission webhook may hang`,
    { cause },
  );
}

function isTimeout(error: unknown): error is Error {
  return error instanceof RunnerUnavailableError && error.cause instanceof KubeTimeoutError;
}

function toLife({ state }: PodView): PodLife {
  const hasEnded = state.kind === 'succeeded' || state.kind === 'failed';
  return hasEnded ? { kind: 'ended', endedAt: state.endedAt } : { kind: 'alive' };
}

export function openKubeHttp({ cluster }: Pick<KubernetesRunnerSettings, 'cluster'>): KubeHttp {
  return new KubeHttp(new KubeCredentials(() => loadKubeConfig(cluster)), cluster.http2 ?? false);
}

/** Creates a Kubernetes runner without starting it. */
export function createKubernetesRunner(settings: KubernetesRunnerSettings): Runner {
  return new KubernetesRunner(settings);
}

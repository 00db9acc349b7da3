import type { V1Job, V1Pod, V1PodList, V1Secret } from '@kubernetes/client-node';
import { KubeStatusError, classifyError, toRunnerError, type FailedRequest } from './api-outcome.js';
import type { KubeHttp, KubeRequest } from './kube-http.js';
import { JOB_NAME_LABEL } from './names.js';

/** See `Runner.createJob`. */
const CREATE_CONNECT_TIMEOUT_MS = 3_000;

/**
 * All API calls that the runner makes; its role must allow them. Each throws `RunnerUnavailableError` or
 * `RunnerRefusedError`, and `KubeStatusError` where the caller decides what the response means.
 */
export class KubeObjects {
  readonly #jobs: string;
  readonly #pods: string;
  readonly #secrets: string;

  constructor(
    private readonly http: KubeHttp,
    namespace: string,
    private readonly requestTimeoutMs: number,
  ) {
    this.#jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
    this.#pods = `/api/v1/namespaces/${namespace}/pods`;
    this.#secrets = `/api/v1/namespaces/${namespace}/secrets`;
  }

  /** See `KubeHttp.connect`. */
  async connect(signal?: AbortSignal): Promise<void> {
    try {
      await this.http.connect(signal);
    } catch (error) {
      throw toRunnerError(error, { what: 'answer' });
    }
  }

  /** Also throws `KubeStatusError`, if the name is taken or the Job is refused permanently. */
  async createJob(job: V1Job, signal?: AbortSignal): Promise<V1Job> {
    const request = { method: 'POST', path: this.#jobs, body: job } as const;
    try {
      return await this.http.json<V1Job>(request, this.requestTimeoutMs, signal, {
        connectTimeoutMs: CREATE_CONNECT_TIMEOUT_MS,
      });
    } catch (error) {
      const what = `create Job ${job.metadata?.name}`;
      if (!(error instanceof KubeStatusError)) throw toRunnerError(error, { what });
      const isRetryable = ['unanswered', 'refused for now'].includes(classifyError(error));
      throw isRetryable ? toRunnerError(error, { what }) : error;
    }
  }

  /** As the API server checks it, nothing is stored. Throws as `KubeHttp.json` does. */
  async tryJob(job: V1Job, onWarning: (text: string) => void, signal?: AbortSignal): Promise<void> {
    const request = { method: 'POST', path: this.#jobs, query: { dryRun: 'All' }, body: job } as const;
    await this.http.json<V1Job>(request, this.requestTimeoutMs, signal, {
      connectTimeoutMs: CREATE_CONNECT_TIMEOUT_MS,
      onWarning,
    });
  }

  async readJob(jobName: string, signal?: AbortSignal): Promise<V1Job | null> {
    const request = { method: 'GET', path: `${this.#jobs}/${jobName}` } as const;
    return await this.#orNull<V1Job>(request, { what: `read Job ${jobName}` }, signal);
  }

  /** Deletes only the Job with this uid. Succeeds if it is gone, even if another Job has its name. */
  async deleteJob(jobName: string, jobUid: string): Promise<void> {
    const body = { propagationPolicy: 'Background', preconditions: { uid: jobUid } };
    await this.#delete({ path: `${this.#jobs}/${jobName}`, body }, `delete Job ${jobName}`);
  }

  /** Deletes only the pod with this uid. Succeeds if it is gone. */
  async deletePod(podName: string, podUid: string): Promise<void> {
    const body = { preconditions: { uid: podUid } };
    await this.#delete({ path: `${this.#pods}/${podName}`, body }, `delete pod ${podName}`);
  }

  async listPodsOfJob(jobName: string): Promise<V1Pod[]> {
    const request = {
      method: 'GET',
      path: this.#pods,
      query: { labelSelector: `${JOB_NAME_LABEL}=${jobName}` },
    } as const;
    try {
      return (await this.http.json<V1PodList>(request, this.requestTimeoutMs)).items;
    } catch (error) {
      throw toRunnerError(error, { what: `list the pods of Job ${jobName}` });
    }
  }

  /** Throws as `KubeHttp.json` does: the log follower decides what a failure means. */
  async readPod(podName: string, signal: AbortSignal): Promise<V1Pod | null> {
    try {
      return await this.http.json<V1Pod>(
        { method: 'GET', path: `${this.#pods}/${podName}` },
        this.requestTimeoutMs,
        signal,
      );
    } catch (error) {
      if (error instanceof KubeStatusError && classifyError(error) === 'not-found') return null;
      throw error;
    }
  }

  /** Returns the Secret as it is stored, or null if one with its name exists. */
  async createSecret(secret: V1Secret): Promise<V1Secret | null> {
    try {
      const request = { method: 'POST', path: this.#secrets, body: secret } as const;
      return await this.http.creates.run(() => this.http.json<V1Secret>(request, this.requestTimeoutMs));
    } catch (error) {
      if (error instanceof KubeStatusError && classifyError(error) === 'exists') return null;
      throw toRunnerError(error, { what: `create Secret ${secret.metadata?.name}`, isConfidential: true });
    }
  }

  async readSecret(name: string): Promise<V1Secret | null> {
    const request = { method: 'GET', path: `${this.#secrets}/${name}` } as const;
    return await this.#orNull<V1Secret>(request, { what: `read Secret ${name}`, isConfidential: true });
  }

  async #delete({ path, body }: { path: string; body: object }, what: string): Promise<void> {
    try {
      await this.http.json({ method: 'DELETE', path, body }, this.requestTimeoutMs);
    } catch (error) {
      if (error instanceof KubeStatusError) {
        if (classifyError(error) === 'not-found') return;
        if (error.status === 409 && /UID in (the )?precondition/.test(error.message)) return;
      }
      throw toRunnerError(error, { what });
    }
  }

  async #orNull<T>(request: KubeRequest, failed: FailedRequest, signal?: AbortSignal): Promise<T | null> {
    try {
      return await this.http.json<T>(request, this.requestTimeoutMs, signal);
    } catch (error) {
      if (error instanceof KubeStatusError && classifyError(error) === 'not-found') return null;
      throw toRunnerError(error, failed);
    }
  }
}

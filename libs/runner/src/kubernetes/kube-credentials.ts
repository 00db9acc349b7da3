import type { RequestOptions } from 'node:https';
import { abortable, SingleFlight } from '@app/timing';
import type { Cluster, KubeConfig } from '@kubernetes/client-node';
import { KubeUnreachableError } from './api-outcome.js';

/** Credentials that the API server refuses are not read again sooner than this. */
const MIN_RENEWAL_INTERVAL_MS = 10_000;

/** Reading them costs as much as the rest of a small request. */
const KEPT_MS = 1_000;

/** The part of a request that says who sends it, and whom it trusts. */
export type Credentials = Pick<
  RequestOptions,
  | 'headers'
  | 'auth'
  | 'ca'
  | 'cert'
  | 'key'
  | 'pfx'
  | 'passphrase'
  | 'servername'
  | 'rejectUnauthorized'
  | 'agent'
>;

/** The credentials of a kubeconfig: static, from files, or from a plugin that runs when they have expired. */
export class KubeCredentials {
  readonly cluster: Cluster;
  #config: KubeConfig;
  #renewedAtMs = -Infinity;
  readonly #reading = new SingleFlight<Credentials>();
  #latest: { credentials: Credentials; readAtMs: number } | null = null;

  /** @param load reads the kubeconfig; throws if it is unusable */
  constructor(private readonly load: () => KubeConfig) {
    this.#config = load();
    this.cluster = this.#config.getCurrentCluster()!;
  }

  /**
   * Runs the plugin if there are no valid credentials. The same object for a second: do not change it. Throws
   * `KubeUnreachableError` if there are no credentials then either.
   */
  async read(signal: AbortSignal): Promise<Credentials> {
    if (this.#latest && performance.now() - this.#latest.readAtMs < KEPT_MS) return this.#latest.credentials;
    // A plugin is run once, however many requests wait for it.
    return await abortable(
      this.#reading.run(() => this.#read()),
      signal,
    );
  }

  /**
   * After a 401: reads the kubeconfig again, because a token in it or the answer of its plugin may have been replaced.
   * @param sentAtMs when the refused request was sent
   * @returns false if it is not worth sending the request again
   */
  renew(sentAtMs: number): boolean {
    if (this.#renewedAtMs >= sentAtMs) return true;
    if (performance.now() - this.#renewedAtMs < MIN_RENEWAL_INTERVAL_MS) return false;
    this.#renewedAtMs = performance.now();
    this.#latest = null;
    try {
      this.#config = this.load();
    } catch {
      // It is just being written. The old credentials are as good as any.
      return false;
    }
    return true;
  }

  async #read(): Promise<Credentials> {
    const options: RequestOptions = { headers: {} };
    try {
      await this.#config.applyToHTTPSOptions(options);
    } catch (error) {
      throw new KubeUnreachableError(this.#describe(error), { cause: error });
    }
    const headers = options.headers as Record<string, string>;
    // A token file may end with a newline.
    if (headers['Authorization']) headers['Authorization'] = headers['Authorization'].trim();
    const credentials = { ...options, headers };
    this.#latest = { credentials, readAtMs: performance.now() };
    return credentials;
  }

  #describe(error: unknown): string {
    const user = this.#config.getCurrentUser();
    const provider = user?.authProvider as { config?: { exec?: { command?: string } } } | undefined;
    const exec = (user?.exec as { command?: string } | undefined) ?? provider?.config?.exec;
    const what = exec?.command ? `its plugin ${exec.command} failed` : 'they cannot be read';
    const { message, code } = error as { message?: string; code?: string };
    const why = (message ?? '').trim().split('\n')[0] || code || String(error);
    return `The kubeconfig's user "${user?.name}" has no usable credentials: ${what}: ${why}`;
  }
}

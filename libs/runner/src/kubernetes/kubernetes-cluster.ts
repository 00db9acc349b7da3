import { Cluster, type Runner } from '../runner.js';
import { KubernetesRunner, openKubeHttp } from './kubernetes-runner.js';
import type { KubernetesRunnerSettings } from './kubernetes-settings.js';

export interface KubernetesClusterSettings extends KubernetesRunnerSettings {
  /** Others than the default `namespace` that may have Jobs. */
  namespaces: readonly string[];
}

/** The runners of all namespaces share credentials and connections. */
class KubernetesCluster extends Cluster {
  readonly #runners = new Map<string, KubernetesRunner>();
  readonly #http;
  readonly #listed: readonly string[];

  constructor(private readonly settings: KubernetesClusterSettings) {
    super();
    this.#http = openKubeHttp(settings);
    this.#listed = [...new Set([settings.namespace, ...settings.namespaces])];
    for (const namespace of this.#listed) this.#open(namespace);
  }

  async start(): Promise<void> {
    // One after the other: the first may have to ask a plugin for credentials.
    for (const namespace of this.#listed) await this.#open(namespace).start();
  }

  async close(): Promise<void> {
    await Promise.all(this.runners().map((runner) => runner.close()));
    this.#http.close();
  }

  in(namespace: string | null): Runner {
    return this.#open(namespace ?? this.settings.namespace);
  }

  allows(namespace: string | null): boolean {
    return namespace === null || this.#listed.includes(namespace);
  }

  runners(): readonly Runner[] {
    return [...this.#runners.values()];
  }

  problems(): readonly string[] {
    const broken = this.#listed.map((name) => this.#open(name)).filter((runner) => !runner.isConnected());
    return broken.map(({ namespace, refusal }) =>
      refusal === null ? namespace : `${namespace} (${refusal})`,
    );
  }

  #open(namespace: string): KubernetesRunner {
    const known = this.#runners.get(namespace);
    if (known) return known;
    const runner = new KubernetesRunner({ ...this.settings, namespace }, this.#http);
    this.#runners.set(namespace, runner);
    return runner;
  }
}

/** Creates a Kubernetes cluster without starting it. Throws when the settings or the kubeconfig are unusable. */
export function createKubernetesCluster(settings: KubernetesClusterSettings): Cluster {
  return new KubernetesCluster(settings);
}

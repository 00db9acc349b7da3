import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';

/** How to reach the cluster, and as whom. */
export type ClusterAccess = (
  | { mode: 'in-cluster' }
  /**
   * `kubeconfigPath` may name several files, separated as in `PATH`; the first one that defines something wins. Without it:
   * `~/.kube/config`. Without `context`, or with `default`: the current one.
   */
  | { mode: 'out-of-cluster'; kubeconfigPath?: string; context?: string }
) & {
  /** Speaks HTTP/2 where the server does. Default: HTTP/1.1 only. */
  http2?: boolean;
};

/** Throws if a file, context, cluster or user does not exist, with an error that says what to change. */
export function loadKubeConfig(access: ClusterAccess): KubeConfig {
  const config = access.mode === 'in-cluster' ? loadFromCluster() : loadFromFiles(access.kubeconfigPath);
  const context = access.mode === 'in-cluster' ? undefined : access.context;
  if (context !== undefined && context !== 'default') selectContext(config, context);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined || !/^https?:/.test(server) || !URL.canParse(server)) {
    throw new Error(
      access.mode === 'in-cluster'
        ? 'Not running inside a Kubernetes cluster. Set PROCTOR_KUBE_CONFIG=out-of-cluster to use a kubeconfig.'
        : `The kubeconfig has no cluster for the context "${config.getCurrentContext()}". Check \`kubectl config view\`.`,
    );
  }
  if (config.getCurrentUser() === null) {
    throw new Error(
      `The kubeconfig has no user for the context "${config.getCurrentContext()}". Check \`kubectl config view\`.`,
    );
  }
  return allowPlainHttp(config);
}

function loadFromCluster(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromCluster();
  return config;
}

function loadFromFiles(kubeconfigPath: string | undefined): KubeConfig {
  const named = (kubeconfigPath ?? '').split(delimiter).filter((path) => path !== '');
  const paths = named.length > 0 ? named : [join(homedir(), '.kube', 'config')];
  // As kubectl does, ignore a file that is missing among others.
  const present = paths.filter((path) => existsSync(path));
  if (present.length === 0) {
    throw new Error(
      `There is no kubeconfig at ${paths.join(' or ')}. Set KUBECONFIG to the path of one, or unset PROCTOR_KUBE_CONFIG inside a cluster.`,
    );
  }
  return present.map(loadFile).reduce(merge);
}

function loadFile(path: string): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromFile(path);
  } catch (error) {
    // A YAML error quotes the file, which has credentials, so it is no cause of the new one.
    const { reason, code } = error as { reason?: string; code?: string };
    // oxlint-disable-next-line preserve-caught-error
    throw new Error(`The kubeconfig ${path} cannot be read: ${reason ?? code ?? 'it is not valid'}.`);
  }
  return config;
}

function merge(first: KubeConfig, second: KubeConfig): KubeConfig {
  const withNew = <T extends { name: string }>(mine: readonly T[], others: readonly T[]): T[] => [
    ...mine,
    ...others.filter(({ name }) => !mine.some((one) => one.name === name)),
  ];
  const merged = new KubeConfig();
  merged.loadFromOptions({
    clusters: withNew(first.getClusters(), second.getClusters()),
    users: withNew(first.getUsers(), second.getUsers()),
    contexts: withNew(first.getContexts(), second.getContexts()),
    currentContext: first.getCurrentContext() || second.getCurrentContext(),
  });
  return merged;
}

function selectContext(config: KubeConfig, context: string): void {
  const names = config.getContexts().map(({ name }) => name);
  if (!names.includes(context)) {
    throw new Error(`The kubeconfig has no context "${context}". It has: ${names.join(', ') || 'none'}.`);
  }
  config.setCurrentContext(context);
}

/** The client refuses an `http:` server whose certificate, which there is not, is to be verified. */
function allowPlainHttp(config: KubeConfig): KubeConfig {
  config.clusters = config.clusters.map((cluster) =>
    cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
  );
  return config;
}

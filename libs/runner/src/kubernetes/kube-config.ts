import { KubeConfig } from '@kubernetes/client-node';

/** How to reach the cluster, and as whom. */
export type ClusterAccess =
  | { mode: 'in-cluster' }
  /** Without `kubeconfigPath`: `KUBECONFIG`, else `~/.kube/config`. Without `context`, or with `default`: the current one. */
  | { mode: 'out-of-cluster'; kubeconfigPath?: string; context?: string };

/** Throws if the file, context or cluster does not exist, with an error that says what to change. */
export function loadKubeConfig(access: ClusterAccess): KubeConfig {
  const config = new KubeConfig();
  if (access.mode === 'in-cluster') {
    config.loadFromCluster();
  } else {
    if (access.kubeconfigPath === undefined) config.loadFromDefault();
    else config.loadFromFile(access.kubeconfigPath);
    if (access.context !== undefined && access.context !== 'default') selectContext(config, access.context);
  }
  const server = config.getCurrentCluster()?.server;
  if (server === undefined || !URL.canParse(server)) {
    throw new Error(
      access.mode === 'in-cluster'
        ? 'Not running inside a Kubernetes cluster. Set PROCTOR_KUBE_CONFIG=out-of-cluster to use a kubeconfig.'
        : 'The kubeconfig has no cluster for the current context. Check `kubectl config view`.',
    );
  }
  return config;
}

function selectContext(config: KubeConfig, context: string): void {
  const names = config.getContexts().map(({ name }) => name);
  if (!names.includes(context)) {
    throw new Error(`The kubeconfig has no context "${context}". It has: ${names.join(', ') || 'none'}.`);
  }
  config.setCurrentContext(context);
}

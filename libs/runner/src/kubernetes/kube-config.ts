import { KubeConfig } from '@kubernetes/client-node';

/** Where the cluster is and who we are there. */
export type ClusterAccess =
  | { mode: 'in-cluster' }
  /** `kubeconfigPath` unset: `KUBECONFIG`, else `~/.kube/config`. `context` unset or `default`: the current one. */
  | { mode: 'out-of-cluster'; kubeconfigPath?: string; context?: string };

/** Throws at start, with what to change, when there is no such file, context or cluster. */
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
        ? 'Not running inside a Kubernetes cluster: set PROCTOR_KUBE_CONFIG=out-of-cluster to use a kubeconfig.'
        : 'The kubeconfig names no cluster for the context in use: check `kubectl config view`.',
    );
  }
  return config;
}

function selectContext(config: KubeConfig, context: string): void {
  const names = config.getContexts().map(({ name }) => name);
  if (!names.includes(context)) {
    throw new Error(`The kubeconfig has no context "${context}"; it has: ${names.join(', ') || 'none'}.`);
  }
  config.setCurrentContext(context);
}

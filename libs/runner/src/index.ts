export type { ClusterAccess } from './kubernetes/kube-config.js';
export { KubernetesRunner, createKubernetesRunner } from './kubernetes/kubernetes-runner.js';
export type { ContainerResources, KubernetesRunnerSettings } from './kubernetes/kubernetes-settings.js';
export * from './runner.js';

export { createKubernetesRunner } from './kubernetes/kubernetes-runner.js';
export { createKubernetesCluster } from './kubernetes/kubernetes-cluster.js';
export * from './runner.js';

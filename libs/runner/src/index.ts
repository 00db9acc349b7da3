export { createKubernetesRunner } from './kubernetes/kubernetes-runner.js';
export * from './runner.js';

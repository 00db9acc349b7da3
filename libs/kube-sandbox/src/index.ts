export type { FaultCommand, Faults, RequestFault } from './faults.js';
export type { RunRecord } from './run-history.js';
export { type KubeSandbox, type SandboxOptions, startKubeSandbox } from './start-kube-sandbox.js';

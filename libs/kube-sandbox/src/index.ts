export type {
  FaultCommand,
  Faults,
  NodeLoss,
  RequestEffect,
  RequestFault,
  RequestMatch,
  Verb,
} from './faults.js';
export type { RunRecord } from './run-history.js';
export { type KubeSandbox, type SandboxOptions, startKubeSandbox } from './start-kube-sandbox.js';
export type { SandboxLimits, SandboxTiming } from './timing.js';

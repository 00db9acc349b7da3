import {
  startKubeSandbox,
  type FaultCommand,
  type KubeSandbox,
  type SandboxOptions,
} from '@app/kube-sandbox';
import { answerParent } from './child.js';

let sandbox: KubeSandbox | null = null;

function running(): KubeSandbox {
  if (!sandbox) throw new Error('the sandbox is not running');
  return sandbox;
}

const methods = {
  async start(options: SandboxOptions) {
    sandbox = await startKubeSandbox(options);
    return { url: sandbox.url, kubeconfigPath: sandbox.kubeconfigPath };
  },
  fault({ fault, args = [] }: FaultCommand) {
    (running().faults[fault] as (...args: unknown[]) => unknown)(...args);
  },
  history: () => running().history(),
};

export type SandboxMethods = typeof methods;

answerParent(methods, () => sandbox?.close());

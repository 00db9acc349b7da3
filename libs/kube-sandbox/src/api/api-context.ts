import type { FaultSwitchboard } from '../fault-switchboard.js';
import type { PodLogs } from '../kubelet/pod-logs.js';
import type { ObjectStore } from '../objects/object-store.js';
import type { RunHistory } from '../run-history.js';
import type { SandboxTiming } from '../timing.js';
import type { ListPages } from './list-pages.js';

/** What the parts of the API work with. */
export interface ApiContext {
  store: ObjectStore;
  logs: PodLogs;
  history: RunHistory;
  faults: FaultSwitchboard;
  pages: ListPages;
  timing: SandboxTiming;
  token: string;
  /** Of TCP proxies on this machine through which clients come as well. */
  proxyPorts: readonly number[];
  log: (line: string) => void;
}

/** An answer that is ready; streams write theirs themselves. */
export interface Reply {
  code: number;
  /** An object, or text that is JSON already. */
  body: object | string;
  headers?: Record<string, string>;
}

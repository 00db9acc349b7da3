import type { FaultSwitchboard } from '../fault-switchboard.js';
import type { PodLogs } from '../kubelet/pod-logs.js';
import type { ObjectStore } from '../objects/object-store.js';
import type { RunHistory } from '../run-history.js';
import type { SandboxTiming } from '../timing.js';
import type { ListPages } from './list-pages.js';
import type { RequestCounts } from './request-counts.js';

/** What the request handlers share. */
export interface ApiContext {
  store: ObjectStore;
  logs: PodLogs;
  history: RunHistory;
  counts: RequestCounts;
  faults: FaultSwitchboard;
  pages: ListPages;
  timing: SandboxTiming;
  token: string;
  /** Ports of TCP proxies on this machine through which clients may connect. */
  proxyPorts: readonly number[];
  log: (line: string) => void;
}

/** A complete response. Streams write their own. */
export interface Reply {
  code: number;
  /** An object, or text that is already JSON. */
  body: object | string;
  headers?: Record<string, string>;
}

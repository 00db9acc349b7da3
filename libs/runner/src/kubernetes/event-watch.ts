import type { CoreV1Event } from '@kubernetes/client-node';
import type { RunTable, WarningEntry } from '../run-table.js';
import { KubeStatusError } from './api-outcome.js';
import { toWarning } from './event-warning.js';
import type { KubeHttp } from './kube-http.js';
import { ResourceWatch } from './resource-watch.js';

export interface EventWatchSettings {
  namespace: string;
  resyncSeconds: number;
  onError(what: string, error: unknown): void;
}

/** Watches the warnings of a namespace. The right to read events is optional: without it the table says what is missing. */
export class EventWatch {
  readonly #watch: ResourceWatch<CoreV1Event, WarningEntry>;
  #onOutcome: () => void = () => {};

  constructor(
    http: KubeHttp,
    private readonly table: RunTable,
    private readonly settings: EventWatchSettings,
  ) {
    const events = {
      name: 'Events',
      path: `/api/v1/namespaces/${settings.namespace}/events`,
      toEntry: toWarning,
      put: (entry: WarningEntry) => table.putWarning(entry),
      // Kubernetes removes events after an hour, whatever has become of their cause.
      remove: () => {},
    };
    this.#watch = new ResourceWatch(http, events, {
      resyncSeconds: settings.resyncSeconds,
      selector: { fieldSelector: 'type=Warning' },
      onError: (what, error) => this.#onError(what, error),
    });
  }

  /** Runs until the signal aborts. Calls `onOutcome` after each list, or failure to list. */
  async run(signal: AbortSignal, onOutcome: () => void): Promise<void> {
    this.#onOutcome = onOutcome;
    await this.#watch.run(signal, () => {
      this.table.eventsRefused = null;
      onOutcome();
    });
  }

  #onError(what: string, error: unknown): void {
    const isRefused = error instanceof KubeStatusError && error.status === 403;
    // It is asked for again every half minute, in case the right is granted.
    const isNews = !isRefused || this.table.eventsRefused === null;
    if (isRefused) this.table.eventsRefused = error.message;
    if (isNews) this.settings.onError(what, error);
    this.#onOutcome();
  }
}

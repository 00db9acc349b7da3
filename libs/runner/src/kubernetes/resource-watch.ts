import type { Readable } from 'node:stream';
import { BackOff, HALF_JITTER } from '@app/timing';
import type { KubernetesListObject, KubernetesObject } from '@kubernetes/client-node';
import { KubeStatusError } from './api-outcome.js';
import type { KubeHttp } from './kube-http.js';

/** Where to list one kind of object, and where to put its entries. */
export interface WatchedKind<T extends KubernetesObject, Entry> {
  /** For log messages, e.g. `Jobs`. */
  name: string;
  path: string;
  /** What to keep of an object; null to ignore it. */
  toEntry(object: T): Entry | null;
  /** Takes a whole list. Omitted: each entry of a list is put, so that a long list costs no memory. */
  replace?(entries: readonly Entry[]): void;
  put(entry: Entry): void;
  remove(entry: Entry): void;
}

export interface ResourceWatchSettings {
  /** Query parameters that select the objects. */
  selector: Readonly<Record<string, string>>;
  /** How often everything is listed again, in case an event was missed. */
  resyncSeconds: number;
  /** Called with each failure of a list or watch, which is then retried. */
  onError(what: string, error: unknown): void;
}

interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: T & { code?: number; reason?: string; message?: string };
}

const PAGE_SIZE = '250';
const LIST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 15_000;
/** How far past its timeout a watch may run before it counts as stuck. */
const STUCK_AFTER_MS = 15_000;
const HEALTHY_AFTER_MS = 5_000;

/** Lists a kind of object, then watches it, indefinitely. Starts over after any error. */
export class ResourceWatch<T extends KubernetesObject, Entry> {
  readonly #backOff = new BackOff({ firstMs: 250, maxMs: 30_000, jitter: HALF_JITTER });
  #isLive = false;
  #resourceVersion: string | null = null;

  constructor(
    private readonly http: KubeHttp,
    private readonly kind: WatchedKind<T, Entry>,
    private readonly settings: ResourceWatchSettings,
  ) {}

  /** True from the first response of a watch until the next failure. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** Runs until the signal aborts. Calls `onSynced` after each full list. */
  async run(signal: AbortSignal, onSynced: () => void): Promise<void> {
    let listedAt = -Infinity;
    while (!signal.aborted) {
      const startedAt = performance.now();
      try {
        if (this.#resourceVersion === null || startedAt - listedAt >= this.settings.resyncSeconds * 1000) {
          await this.#list(signal);
          listedAt = startedAt;
          onSynced();
        }
        await this.#watch(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#isLive = false;
        if (isExpired(error)) this.#resourceVersion = null;
        this.settings.onError(`watch ${this.kind.name}`, error);
      }
      // A server that ends each watch at once must not be polled in a tight loop either.
      if (performance.now() - startedAt >= HEALTHY_AFTER_MS) this.#backOff.reset();
      else await this.#backOff.wait(signal);
    }
    this.#isLive = false;
  }

  async #list(signal: AbortSignal): Promise<void> {
    const entries: Entry[] = [];
    let from: string | undefined;
    let resourceVersion: string | undefined;
    do {
      const query = {
        ...this.settings.selector,
        limit: PAGE_SIZE,
        ...(from ? { continue: from } : {}),
      };
      const request = { method: 'GET', path: this.kind.path, query } as const;
      const page = await this.http.json<KubernetesListObject<T>>(request, LIST_TIMEOUT_MS, signal);
      for (const object of page.items) {
        const entry = this.kind.toEntry(object);
        if (entry === null) continue;
        if (this.kind.replace) entries.push(entry);
        else this.kind.put(entry);
      }
      from = page.metadata?._continue ?? (page.metadata as { continue?: string } | undefined)?.continue;
      resourceVersion = page.metadata?.resourceVersion;
    } while (from);
    this.kind.replace?.(entries);
    this.#resourceVersion = resourceVersion ?? null;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const timeoutSeconds = Math.ceil(this.settings.resyncSeconds * (0.9 + Math.random() / 5));
    const query = {
      watch: 'true',
      ...this.settings.selector,
      resourceVersion: this.#resourceVersion ?? '',
      timeoutSeconds: String(timeoutSeconds),
      allowWatchBookmarks: 'true',
    };
    const response = await this.http.open(
      { path: this.kind.path, query, kind: 'watch', headersTimeoutMs: HEADERS_TIMEOUT_MS },
      signal,
    );
    const stuckTimer = setTimeout(
      () => response.destroy(new Error('the watch is stuck')),
      timeoutSeconds * 1000 + STUCK_AFTER_MS,
    );
    try {
      this.#isLive = true;
      for await (const line of linesOf(response.body)) this.#apply(JSON.parse(line) as WatchEvent<T>);
      if (!response.isComplete()) throw new Error('the watch was interrupted');
    } finally {
      clearTimeout(stuckTimer);
      response.destroy();
    }
  }

  #apply({ type, object }: WatchEvent<T>): void {
    if (type === 'ERROR')
      throw new KubeStatusError(object.code ?? 500, object.reason ?? '', object.message ?? 'watch error');
    const entry = type === 'BOOKMARK' ? null : this.kind.toEntry(object);
    if (entry !== null) {
      if (type === 'DELETED') this.kind.remove(entry);
      else this.kind.put(entry);
    }
    this.#resourceVersion = object.metadata?.resourceVersion ?? this.#resourceVersion;
    this.#backOff.reset();
  }
}

/** After an error from Kubernetes the watch starts with a new list; after a dropped connection it resumes. */
function isExpired(error: unknown): boolean {
  return error instanceof KubeStatusError && error.status !== 429;
}

/** Complete lines only. Does not use node:readline, which hangs when its input fails. */
async function* linesOf(stream: Readable): AsyncGenerator<string> {
  stream.setEncoding('utf8');
  let rest = '';
  for await (const chunk of stream as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield line;
  }
}

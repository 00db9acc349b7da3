import type { ChangesStore, WatchedExecution } from '@app/database';
import { isFinal } from '@app/domain';
import type { Logger } from '@app/platform';
import type { UpdatesSubscriber } from '@app/queue';
import { BoundedMap, pauseQuietly } from '@app/timing';
import { toReply } from '../executions/to-reply.js';

/** Between two reads, for all viewers together. */
const READ_INTERVAL_MS = 1_000;
/** Of one read: accepted lately, told by news, and live ones whose news may have been lost, in turn. */
const MAX_NEW = 200;
const MAX_NEWS = 1_000;
const MAX_CHECKED = 200;
/** Live executions that are read in turn. */
const MAX_LIVE = 2_000;
/** News that wait for a read. Past this, viewers are told to read everything again. */
const MAX_WAITING_NEWS = 5_000;
const MAX_TOLD = 5_000;

/** An execution that was accepted or has changed. */
export interface Change extends WatchedExecution {
  /** As viewers get it. */
  json: string;
}

export interface FeedUpdate {
  changes: readonly Change[];
  /** Some changes were left out. */
  isIncomplete: boolean;
}

export interface ExecutionFeedDependencies {
  store: Pick<ChangesStore, 'listLive' | 'read'>;
  subscriber: Pick<UpdatesSubscriber, 'listenToAll'>;
  logger: Pick<Logger, 'debug'>;
  readIntervalMs?: number;
}

/**
 * Finds out which executions change, for all viewers of this process: with one bounded query a second while there are
 * any, whatever their number. News name the executions to read; as they may be lost, live executions are read in turn too.
 */
export class ExecutionFeed {
  private readonly listeners = new Set<(update: FeedUpdate) => void>();
  private running: AbortController | null = null;

  constructor(private readonly dependencies: ExecutionFeedDependencies) {}

  /** Calls the listener with each update until the returned function is called. It must not throw. */
  watch(listener: (update: FeedUpdate) => void): () => void {
    this.listeners.add(listener);
    this.running ??= this.start();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      this.running?.abort();
      this.running = null;
    };
  }

  private start(): AbortController {
    const stop = new AbortController();
    void this.run(stop.signal);
    return stop;
  }

  private async run(signal: AbortSignal): Promise<void> {
    const { store, subscriber, logger, readIntervalMs = READ_INTERVAL_MS } = this.dependencies;
    const changes = new Changes(store);
    const unlisten = subscriber.listenToAll((id) => changes.note(id));
    while (!signal.aborted) {
      try {
        const update = await changes.read();
        const isWorthTelling = update.changes.length > 0 || update.isIncomplete;
        if (!signal.aborted && isWorthTelling) for (const listener of this.listeners) listener(update);
      } catch (err) {
        logger.debug({ err }, 'could not read which executions have changed');
      }
      await pauseQuietly(readIntervalMs, signal);
    }
    unlisten();
  }
}

/** What is known of the executions since the first viewer came. */
class Changes {
  private news = new Set<number>();
  private isIncomplete = false;
  /** Live executions, the one that was read longest ago first; null: not read yet. */
  private live: Set<number> | null = null;
  /** Live ones that were there before the first read: viewers have read them themselves. */
  private unread = new Set<number>();
  private readonly told = new BoundedMap<number, string>({ maxSize: MAX_TOLD });

  constructor(private readonly store: ExecutionFeedDependencies['store']) {}

  note(id: number): void {
    if (this.news.size < MAX_WAITING_NEWS) this.news.add(id);
    else this.isIncomplete = true;
  }

  /** What has changed since the last call, with one query. May be repeated after an error. */
  async read(): Promise<FeedUpdate> {
    if (this.live === null) {
      this.live = new Set(await this.store.listLive(MAX_LIVE));
      this.unread = new Set(this.live);
      return { changes: [], isIncomplete: false };
    }
    const news = take(this.news, MAX_NEWS);
    const checked = take(this.live, MAX_CHECKED);
    try {
      const found = await this.store.read([...new Set([...news, ...checked])], MAX_NEW);
      const changes = found.flatMap((each) => this.changeOf(each, news));
      const { isIncomplete } = this;
      this.isIncomplete = false;
      return { changes, isIncomplete };
    } catch (error) {
      for (const id of news) this.note(id);
      for (const id of checked) this.live.add(id);
      throw error;
    }
  }

  private changeOf(watched: WatchedExecution, news: ReadonlySet<number>): Change[] {
    const { id, status } = watched.execution;
    const json = JSON.stringify(toReply(watched.execution));
    const isKnown = this.told.get(id) === json || (this.unread.delete(id) && !news.has(id));
    this.told.set(id, json);
    this.live?.delete(id);
    if (this.live && !isFinal(status) && this.live.size < MAX_LIVE) this.live.add(id);
    return isKnown ? [] : [{ ...watched, json }];
  }
}

/** Removes the first ones. */
function take(from: Set<number>, limit: number): Set<number> {
  const taken = new Set<number>();
  for (const id of from) {
    if (taken.size === limit) break;
    taken.add(id);
    from.delete(id);
  }
  return taken;
}

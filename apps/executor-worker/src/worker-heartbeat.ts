import type { WorkersStore } from '@app/database';
import type { Follower } from './follower.js';
import type { ExecutionHandler } from './run-execution.js';
import type { WorkerContext } from './worker-context.js';

const TICK_MS = 1_000;
const HEARTBEAT_EVERY_TICKS = 4;
/** An execution followed this long without a crash is not poison. */
const SETTLED_AFTER_MS = 10_000;

/** The only timer for all executions of this process: wakes followers, beats, and finds cancels whose signal was lost. */
export class WorkerHeartbeat {
  private timer: NodeJS.Timeout | null = null;
  private ticks = 0;
  private isBeating = false;

  constructor(
    private readonly context: WorkerContext,
    private readonly workers: WorkersStore,
    private readonly handler: ExecutionHandler,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.tick(), TICK_MS);
    void this.beat();
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
  }

  private tick(): void {
    for (const follower of this.handler.followers.values()) if (follower.needsTick) follower.wakeUp.ring();
    if (++this.ticks % HEARTBEAT_EVERY_TICKS === 0) void this.beat();
  }

  private async beat(): Promise<void> {
    if (this.isBeating) return;
    this.isBeating = true;
    try {
      const { settings, leases } = this.context;
      await this.workers.heartbeat(settings.workerId);
      for (const id of await leases.listCancelRequested([...this.handler.followers.keys()])) {
        this.handler.followers.get(id)?.requestCancel();
      }
      const settled = this.newlySettled();
      await leases.noteSettled(settled.map(({ lease }) => lease));
      for (const follower of settled) follower.isSettled = true;
    } catch (error) {
      this.context.log.warn({ err: error }, 'no heartbeat: Postgres is unavailable');
    } finally {
      this.isBeating = false;
    }
  }

  private newlySettled(): Follower[] {
    const now = performance.now();
    return [...this.handler.followers.values()].filter(
      (follower) => !follower.isSettled && now - follower.startedAtMs > SETTLED_AFTER_MS,
    );
  }
}

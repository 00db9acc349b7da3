import { localTimeOf, nextFireAt } from '@app/cron';
import type { DueSchedule, DueSchedulesStore, FiredBatch, StuckExecutionsStore } from '@app/database';
import type { Logger } from '@app/platform';
import { Patterns } from '@app/patterns';
import type { ExecutionQueue } from '@app/queue';
import { describeOwnerProblem, type OwnerRules } from './check-owner.js';
import { rememberFittingArgs } from './check-stored-args.js';
import { planFires, type FireRules } from './plan-fires.js';
import { rehearse } from './rehearse.js';

/** Schedules in one transaction: few large ones cost less than many small ones, and three replicas share a thousand. */
const MAX_AT_ONCE = 350;
/** A clock that is this much behind Postgres' costs no look. */
const LOOK_AHEAD_MS = 20;
/** What takes longer goes on at the next look: a signal to stop is heard, and the sweep need not wonder. */
const LOOK_MOST_MS = 2_500;

export interface FireSettings {
  userShare: number;
  /** Null: authentication is off, everybody may do everything. */
  owners: OwnerRules | null;
}

export interface FireReport {
  schedules: number;
  executions: number;
  paused: number;
}

interface Enqueued {
  executionIds: readonly number[];
  atMs: number;
}

/** What is going on in one look. */
class Look {
  readonly deadlineMs = performance.now() + LOOK_MOST_MS;
  readonly report: FireReport = { schedules: 0, executions: 0, paused: 0 };
  readonly enqueuing: Promise<void>[] = [];
  readonly enqueued: Enqueued[] = [];
}

/** Turns due ticks of schedules into executions. Any number of replicas may do it at the same time. */
export class FireSchedules {
  private readonly rules: FireRules;
  private schedulesAtOnce = MAX_AT_ONCE;
  /** Not noted yet in Postgres. */
  private readonly enqueued: Enqueued[] = [];
  private readonly describeArgsProblem = rememberFittingArgs(new Patterns().matches);

  constructor(
    private readonly due: Pick<DueSchedulesStore, 'fire'>,
    private readonly stuck: Pick<StuckExecutionsStore, 'markEnqueued'>,
    private readonly queue: Pick<ExecutionQueue, 'add'>,
    private readonly settings: FireSettings,
    private readonly logger: Logger,
  ) {
    const describeProblem = (due: DueSchedule, now: Date) => this.describeProblem(due, now);
    const { userShare } = settings;
    this.rules = { nextFireAt, localTimeOf, describeProblem, lookAheadMs: LOOK_AHEAD_MS, userShare };
  }

  /** Before the first look: what needs neither Postgres nor Redis. */
  rehearse(): number {
    return rehearse((batch) => planFires(batch, this.rules));
  }

  /** One look: all that is due. @throws while Postgres is away; what was due stays due */
  async fire(): Promise<FireReport> {
    const look = new Look();
    try {
      while ((await this.fireNext(look)) && performance.now() < look.deadlineMs);
    } finally {
      await Promise.all(look.enqueuing);
      await this.noteEnqueued(look.enqueued);
    }
    return look.report;
  }

  /** False: nothing more is due that others are not busy with. */
  private async fireNext({ report, enqueuing, enqueued }: Look): Promise<boolean> {
    const { due, isMoreDue, admitted, waiting, paused } = await this.fireSome();
    report.schedules += due;
    report.executions += admitted.length + waiting;
    report.paused += paused.length;
    // The next transaction does not wait for Redis.
    if (admitted.length > 0) enqueuing.push(this.enqueue(admitted, enqueued));
    return isMoreDue;
  }

  private async fireSome(): Promise<FiredBatch> {
    try {
      const look = { most: this.schedulesAtOnce, lookAheadMs: LOOK_AHEAD_MS };
      const fired = await this.due.fire(look, (batch) => planFires(batch, this.rules));
      this.schedulesAtOnce = MAX_AT_ONCE;
      return fired;
    } catch (error) {
      // What is too much for one transaction, as after a long outage, is less at the next look.
      this.schedulesAtOnce = Math.max(1, Math.floor(this.schedulesAtOnce / 4));
      throw error;
    }
  }

  /** Never throws: what is not enqueued now is found by the sweep. */
  private async enqueue(executionIds: readonly number[], enqueued: Enqueued[]): Promise<void> {
    try {
      await this.queue.add(executionIds);
      enqueued.push({ executionIds, atMs: performance.now() });
    } catch (error) {
      this.logger.warn({ err: error, executions: executionIds.length }, 'will be enqueued by the sweep');
    }
  }

  /**
   * What the look before has enqueued: other replicas may still be busy with the same tick, and nobody waits for the
   * note. A note that is lost costs the sweep a look at the queue.
   */
  private async noteEnqueued(next: readonly Enqueued[]): Promise<void> {
    for (const { executionIds, atMs } of this.enqueued.splice(0, Infinity, ...next)) {
      await this.stuck.markEnqueued(executionIds, performance.now() - atMs);
    }
  }

  private describeProblem(due: DueSchedule, now: Date): string | null {
    const { proc, owner } = due;
    if (proc === null) return null;
    const { owners } = this.settings;
    const problem = owners && describeOwnerProblem(owner, proc.proc.authorizedGroups, owners, now);
    return problem ?? this.describeArgsProblem(due, proc);
  }
}

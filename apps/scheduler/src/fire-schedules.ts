import { localTimeOf, nextFireAt } from '@app/cron';
import type { DueSchedule, DueSchedulesStore, FiredBatch, StuckExecutionsStore } from '@app/database';
import type { Logger } from '@app/platform';
import { Patterns } from '@app/patterns';
import type { ExecutionQueue } from '@app/queue';
import { describeOwnerProblem, type OwnerRules } from './check-owner.js';
import { cacheFittingArgs } from './check-stored-args.js';
import { planFires, type FireRules } from './plan-fires.js';
import { warmUp } from './warm-up.js';

/**
 * Schedules per transaction: a few large transactions cost less than many small ones, and three replicas share 1,000.
 */
const MAX_AT_ONCE = 350;
/** A local clock may be this far behind Postgres' without missing a tick. */
const LOOK_AHEAD_MS = 20;
/** A longer poll continues a second later, so that shutdown is prompt and the sweep finds no unmarked executions. */
const MAX_POLL_MS = 2_500;

export interface FireSchedulesDependencies {
  due: Pick<DueSchedulesStore, 'fire'>;
  stuck: Pick<StuckExecutionsStore, 'markEnqueued'>;
  queue: Pick<ExecutionQueue, 'add'>;
  logger: Logger;
  /** Null: authentication is off and everyone may run everything. */
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

/** The state of one poll. */
class Poll {
  readonly deadlineMs = performance.now() + MAX_POLL_MS;
  readonly report: FireReport = { schedules: 0, executions: 0, paused: 0 };
  readonly enqueuing: Promise<void>[] = [];
  readonly enqueued: Enqueued[] = [];
}

/** Turns due ticks of schedules into executions. Any number of replicas may do it at the same time. */
export class FireSchedules {
  private readonly rules: FireRules;
  private schedulesAtOnce = MAX_AT_ONCE;
  /** Not yet marked in Postgres. */
  private readonly enqueued: Enqueued[] = [];
  private readonly describeArgsProblem = cacheFittingArgs(new Patterns().matches);

  constructor(private readonly dependencies: FireSchedulesDependencies) {
    const describeProblem = (due: DueSchedule, now: Date) => this.describeProblem(due, now);
    this.rules = { nextFireAt, localTimeOf, describeProblem, lookAheadMs: LOOK_AHEAD_MS };
  }

  /** Warms up before the first poll, without Postgres or Redis. */
  warmUp(): number {
    return warmUp((batch) => planFires(batch, this.rules));
  }

  /** Fires everything that is due. @throws while Postgres is down; due ticks stay due */
  async fire(): Promise<FireReport> {
    const poll = new Poll();
    try {
      while ((await this.fireNext(poll)) && performance.now() < poll.deadlineMs);
    } finally {
      await Promise.all(poll.enqueuing);
      await this.markEnqueued(poll.enqueued);
    }
    return poll.report;
  }

  /** False: nothing is left that no other replica is firing. */
  private async fireNext({ report, enqueuing, enqueued }: Poll): Promise<boolean> {
    const { due, isMoreDue, admitted, waiting, paused } = await this.fireSome();
    report.schedules += due;
    report.executions += admitted.length + waiting;
    report.paused += paused.length;
    // Not awaited: the next transaction does not wait for Redis.
    if (admitted.length > 0) enqueuing.push(this.enqueue(admitted, enqueued));
    return isMoreDue;
  }

  private async fireSome(): Promise<FiredBatch> {
    try {
      const limits = { max: this.schedulesAtOnce, lookAheadMs: LOOK_AHEAD_MS };
      const fired = await this.dependencies.due.fire(limits, (batch) => planFires(batch, this.rules));
      this.schedulesAtOnce = MAX_AT_ONCE;
      return fired;
    } catch (error) {
      // The batch may be too large for one transaction, for example after a long outage. The next poll takes less.
      this.schedulesAtOnce = Math.max(1, Math.floor(this.schedulesAtOnce / 4));
      throw error;
    }
  }

  /** Never throws: the sweep finds what was not enqueued. */
  private async enqueue(executionIds: readonly number[], enqueued: Enqueued[]): Promise<void> {
    try {
      await this.dependencies.queue.add(executionIds);
      enqueued.push({ executionIds, atMs: performance.now() });
    } catch (error) {
      this.dependencies.logger.warn(
        { err: error, executions: executionIds.length },
        'not enqueued; the sweep will retry',
      );
    }
  }

  /**
   * Marks what the previous poll has enqueued: other replicas may still be busy with the current tick, and nothing
   * depends on the mark. A lost mark only makes the sweep check the queue.
   */
  private async markEnqueued(next: readonly Enqueued[]): Promise<void> {
    for (const { executionIds, atMs } of this.enqueued.splice(0, Infinity, ...next)) {
      await this.dependencies.stuck.markEnqueued(executionIds, performance.now() - atMs);
    }
  }

  private describeProblem(due: DueSchedule, now: Date): string | null {
    const { proc, owner } = due;
    if (proc === null) return null;
    const { owners } = this.dependencies;
    const problem = owners && describeOwnerProblem(owner, proc.proc.authorizedGroups, owners, now);
    return problem ?? this.describeArgsProblem(due, proc);
  }
}

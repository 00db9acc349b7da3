import { isExecutionStatus, isFinal } from '@app/domain';
import { backOffMs, HALF_JITTER, pauseQuietly } from '@app/timing';
import type { Random } from '../../random.js';
import type { Submission } from '../record.js';
import { isDefinite, type Answer, type Gateways, type Identity } from './gateways.js';
import type { PlannedRequest } from './plan-request.js';
import { scriptText } from './script-text.js';
import { viewLog } from './view-log.js';

export interface RequestContext {
  gateways: Gateways;
  /** For pauses only, so that what is submitted does not depend on earlier results. */
  random: Random;
  /** Aborts when there is no time left. */
  giveUp: AbortSignal;
}

const BACK_OFF = { firstMs: 200, maxMs: 3_000, jitter: HALF_JITTER };
const FIRST_POLL_AFTER_MS = 800;
const MAX_POLL_INTERVAL_MS = 5_000;

/** One client and its execution. Records everything it sends and sees in `submission`. */
export class RunRequest {
  constructor(
    private readonly context: RequestContext,
    private readonly identity: Identity,
    private readonly plan: PlannedRequest,
    private readonly submission: Submission,
  ) {}

  /** Submits, and follows the execution until its end was seen or there is no time left. */
  async run(): Promise<void> {
    const id = await this.submit();
    if (id === null) return;
    await Promise.all([
      this.plan.isRepeated ? this.submit() : null,
      this.plan.cancelAfterMs === null ? null : this.cancel(id, this.plan.cancelAfterMs),
      this.plan.view === null ? null : this.view(id, this.plan.view),
      this.watch(id),
    ]);
  }

  /** Polls again after it has seen the end, which must not have changed. */
  async pollAgain(): Promise<void> {
    const [id] = this.submission.acceptedIds;
    const { pollsAgainAfterMs } = this.plan;
    if (id === undefined || pollsAgainAfterMs === null || this.submission.seenEnds.length === 0) return;
    await this.pause(pollsAgainAfterMs);
    if (!this.context.giveUp.aborted) await this.poll(id);
  }

  private async submit(): Promise<number | null> {
    const { key, proc, script, acceptedIds, refusals } = this.submission;
    const body = { name: proc, args: { SCRIPT: scriptText(script) } };
    const answer = await this.requestUntilDefinite(
      'POST',
      '/execution',
      body,
      { 'Idempotency-Key': key },
      (one) => {
        if (one.status === 201) acceptedIds.push((one.body as { id: number }).id);
        else refusals.push({ status: one.status, atMs: Date.now() });
      },
    );
    return answer?.status === 201 ? acceptedIds.at(-1)! : null;
  }

  private async cancel(id: number, afterMs: number): Promise<void> {
    await this.pause(afterMs);
    const cancel = { askedAtMs: Date.now(), wasAccepted: false };
    this.submission.cancel = cancel;
    const answer = await this.requestUntilDefinite('POST', `/execution/${id}/cancel`);
    cancel.wasAccepted = answer?.status === 200;
  }

  private async view(id: number, over: 'websocket' | 'text'): Promise<void> {
    const { gateways, giveUp } = this.context;
    this.submission.viewedLines = await viewLog(gateways, this.identity, id, over, giveUp);
  }

  private async watch(id: number): Promise<void> {
    let intervalMs = 1_000;
    await this.pause(FIRST_POLL_AFTER_MS + this.submission.script.durationMs * 0.8);
    while (!this.context.giveUp.aborted && !(await this.poll(id))) {
      await this.pause(intervalMs * (0.75 + this.context.random.next() / 2));
      intervalMs = Math.min(MAX_POLL_INTERVAL_MS, intervalMs * 1.5);
    }
  }

  /** @returns whether it has ended */
  private async poll(id: number): Promise<boolean> {
    const { status, body } = await this.context.gateways.request(
      this.identity,
      'GET',
      `/execution/${id}/status`,
    );
    if (status !== 200) return false;
    const reply = body as { status: string; exit_code?: number };
    if (!isExecutionStatus(reply.status) || !isFinal(reply.status)) return false;
    const { seenEnds } = this.submission;
    seenEnds.push({ status: reply.status, exitCode: reply.exit_code ?? null, atMs: Date.now() });
    return true;
  }

  /** Retries with back-off. Null: there was no time left. */
  private async requestUntilDefinite(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
    note: (answer: Answer) => void = () => undefined,
  ): Promise<Answer | null> {
    const { gateways, random, giveUp } = this.context;
    for (let retries = 0; !giveUp.aborted; retries += 1) {
      const answer = await gateways.request(this.identity, method, path, body, headers);
      note(answer);
      if (isDefinite(answer)) return answer;
      await this.pause(
        Math.max(
          answer.retryAfterMs,
          backOffMs(retries, BACK_OFF, () => random.next()),
        ),
      );
    }
    return null;
  }

  private async pause(ms: number): Promise<void> {
    await pauseQuietly(ms, this.context.giveUp);
  }
}

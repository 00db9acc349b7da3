import { randomUUID } from 'node:crypto';
import { pauseQuietly } from '@app/timing';
import type { Redis } from 'ioredis';
import { keyPrefix } from './catalog.js';
import { connect, disconnect, failFastOptions, type RedisSettings } from './connection.js';
import { SIGNALS, type SignalName, type SignalPayload } from './signals.js';

const ANSWER_POLL_MS = 50;
const ANSWER_KEPT_SECONDS = 30;

export interface Answer {
  /** A process took the question. */
  isClaimed: boolean;
  /** As the process sent it; null: there is no answer. */
  value: unknown;
}

/**
 * Sends signals to the other processes of an installation over one connection. A process opens a fixed number of connections,
 * which keeps it below PROCTOR_REDIS_MAX_ACTIVE_CONNECTIONS.
 */
export class SignalSender {
  private readonly redis: Redis;

  constructor(
    settings: RedisSettings,
    private readonly installationId: string,
    private readonly onError: (error: Error) => void,
  ) {
    this.redis = connect(failFastOptions(settings), onError);
  }

  /** Resolves when Redis has accepted or refused the signal, or is unavailable: a lost signal is harmless. Never throws. */
  async send<Name extends SignalName>(
    name: Name,
    rest: Omit<SignalPayload<Name>, 'installationId'>,
  ): Promise<void> {
    if (this.redis.status !== 'ready') return;
    const { pattern } = SIGNALS[name];
    const data = { installationId: this.installationId, ...rest };
    // The format of Nest's Redis transport: the channel is the pattern, and the message repeats it.
    await this.redis.publish(pattern, JSON.stringify({ pattern, data })).catch(this.onError);
  }

  /**
   * Sends a question to every process that listens, and waits for the one answer, until the signal aborts. Gives up when no
   * process has claimed the question within `claimMs`, or Redis is away. Never throws.
   */
  async ask(
    name: 'jobCheck',
    question: Omit<SignalPayload<'jobCheck'>, 'installationId' | 'questionId'>,
    { claimMs, signal }: { claimMs: number; signal: AbortSignal },
  ): Promise<Answer> {
    const questionId = randomUUID();
    const [claim, answer] = this.keysOf(questionId);
    await this.send(name, { ...question, questionId });
    const claimEndsAtMs = performance.now() + claimMs;
    let isClaimed = false;
    while (!signal.aborted && this.redis.status === 'ready') {
      const [claimed, value] = (await this.redis.mget(claim, answer).catch(() => null)) ?? [];
      isClaimed ||= claimed === '1';
      if (value != null) return { isClaimed: true, value: JSON.parse(value) as unknown };
      if (!isClaimed && performance.now() > claimEndsAtMs) break;
      await pauseQuietly(ANSWER_POLL_MS, signal);
    }
    return { isClaimed, value: null };
  }

  /** True: this process is the one that answers the question. */
  async claim(questionId: string): Promise<boolean> {
    const [claim] = this.keysOf(questionId);
    const outcome = await this.redis.set(claim, '1', 'EX', ANSWER_KEPT_SECONDS, 'NX').catch(() => null);
    return outcome === 'OK';
  }

  /** Never throws: who asked gives up by itself. */
  async answer(questionId: string, value: unknown): Promise<void> {
    const [, answer] = this.keysOf(questionId);
    await this.redis.set(answer, JSON.stringify(value), 'EX', ANSWER_KEPT_SECONDS).catch(this.onError);
  }

  private keysOf(questionId: string): [claim: string, answer: string] {
    const key = `${keyPrefix(this.installationId)}:question:${questionId}`;
    return [`${key}:claim`, `${key}:answer`];
  }

  close(): void {
    disconnect(this.redis);
  }
}

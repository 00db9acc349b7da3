import { ServerRedis, type CustomStrategy } from '@nestjs/microservices';
import type { ProcSnapshot } from '@app/domain';
import type { Redis } from 'ioredis';
import * as z from 'zod';
import { pauseQuietly } from '@app/timing';
import { connect, disconnect, patientOptions, type RedisSettings } from './connection.js';

/** For the answers to all questions of a dry run: below the time that clients wait for the whole reply. */
export const JOB_CHECK_TIMEOUT_MS = 8_000;

/**
 * Signals between the processes, over Nest's Redis transport. A lost signal is harmless: the receiver finds the same fact in
 * Postgres at its next poll, and who asks a question gets no answer in time.
 */
export const SIGNALS = {
  cancelRequested: {
    pattern: 'proctor.execution.cancel-requested',
    payload: z.object({ installationId: z.string(), executionId: z.int().positive() }),
  },
  /** Asks for one answer, from the worker that claims the question first. */
  jobCheck: {
    pattern: 'proctor.job.check',
    payload: z.object({
      installationId: z.string(),
      questionId: z.uuid(),
      proc: z.object({
        name: z.string(),
        image: z.string(),
        args: z.record(z.string(), z.string()),
        snapshot: z.custom<ProcSnapshot>((value) => typeof value === 'object' && value !== null),
      }),
    }),
  },
  /** A schedule was created, changed or removed. */
  schedulesChanged: {
    pattern: 'proctor.schedules.changed',
    payload: z.object({ installationId: z.string() }),
  },
  /** Accounts, groups, tokens or procs have changed: who was admitted may no longer be. */
  accessChanged: {
    pattern: 'proctor.access.changed',
    payload: z.object({ installationId: z.string() }),
  },
  /** The outbox has new events. */
  notification: {
    pattern: 'proctor.notification',
    payload: z.object({ installationId: z.string() }),
  },
} as const;

export type SignalName = keyof typeof SIGNALS;
export type SignalPayload<Name extends SignalName> = z.infer<(typeof SIGNALS)[Name]['payload']>;

/** The Nest options of a microservice that listens for signals. */
export function signalServerOptions(settings: RedisSettings): CustomStrategy {
  return {
    strategy: new SignalServer({ ...patientOptions(settings), retryAttempts: Infinity, retryDelay: 500 }),
  };
}

/**
 * Nest's Redis transport with a close that does not wait for Redis. A service closes it before it stops its work, so a Redis
 * that hangs would keep it from handing that over.
 */
class SignalServer extends ServerRedis {
  override async close(): Promise<void> {
    this.isManuallyClosed = true;
    for (const client of [this.pubClient, this.subClient] as (Redis | undefined)[]) {
      if (client) disconnect(client);
    }
    this.pendingEventListeners = [];
  }
}

const LISTEN_RETRY_MS = 1_000;

/**
 * Starts listening, in the background, as soon as Redis answers: Nest's transport survives later outages, but gives up for
 * good if Redis is unavailable at its first attempt.
 * @returns stops trying
 */
export function listenForSignals(
  listen: () => Promise<unknown>,
  settings: RedisSettings,
  onError: (error: Error) => void,
): () => void {
  const stop = new AbortController();
  void (async () => {
    const probe = connect(patientOptions(settings), onError);
    // Disconnecting also ends a ping that waits through an outage.
    stop.signal.addEventListener('abort', () => disconnect(probe));
    try {
      while (!stop.signal.aborted) {
        try {
          await probe.ping();
          await listen();
          return;
        } catch (error) {
          onError(error as Error);
          await pauseQuietly(LISTEN_RETRY_MS, stop.signal);
        }
      }
    } finally {
      disconnect(probe);
    }
  })();
  return () => stop.abort();
}

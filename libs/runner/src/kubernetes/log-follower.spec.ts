import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { LOG_START } from '@app/domain';
import { LogLostError, type LogPiece } from '../runner.js';
import { KubeStatusError, KubeUnreachableError } from './api-outcome.js';
import type { LogSource, PodLife } from './log-response.js';
import { followLog } from './log-follower.js';

const POD = { podName: 'pod', podUid: 'uid' };
const TIMING = {
  shortRunMs: 0,
  firstRetryMs: 1,
  maxRetryMs: 2,
  endKnownWithinMs: 5,
  refusedPatienceMs: 20,
  nodePatienceMs: 40,
  minPatienceMs: 20,
};

const line = (text: string, second = 0) => `2027-01-15T08:00:0${second}.000000000Z ${text}\n`;

/** How the server responds to one request: sends the whole text, sends it and drops the connection, or fails. */
type Reply = string | { cutAfter: string } | Error;

function sourceOf(replies: readonly Reply[], lives: readonly PodLife['kind'][], endedAt = new Date()) {
  const queries: Record<string, string>[] = [];
  let looks = 0;
  const source: LogSource = {
    open: async (_pod, query) => {
      const reply = replies[Math.min(queries.length, replies.length - 1)]!;
      queries.push({ ...query });
      if (reply instanceof Error) throw reply;
      const isCut = typeof reply !== 'string';
      const text = typeof reply === 'string' ? reply : reply.cutAfter;
      async function* chunks() {
        yield Buffer.from(text);
        if (isCut) throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
      }
      const body = Readable.from(chunks());
      return {
        ...{ status: 200, headers: {}, body, isComplete: () => !isCut },
        destroy: (error) => void body.destroy(error),
      };
    },
    life: async () => {
      const kind = lives[Math.min(looks++, lives.length - 1)]!;
      return kind === 'ended' ? { kind, endedAt } : { kind };
    },
    whenEnded: (_pod, timeoutMs, signal) =>
      new Promise((resolve) => {
        if (timeoutMs !== null) setTimeout(resolve, timeoutMs);
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
  };
  return { source, queries };
}

async function follow(
  source: LogSource,
  timing = TIMING,
  signal = new AbortController().signal,
): Promise<string[]> {
  const pieces: LogPiece[] = [];
  for await (const piece of followLog(source, POD, LOG_START, signal, timing)) pieces.push(piece);
  return pieces.map((piece) => (piece.kind === 'gap' ? '<gap>' : piece.text));
}

describe('followLog', () => {
  it('reads a terminated container once, including a last line without a newline', async () => {
    const { source, queries } = sourceOf([line('a') + line('b').trimEnd()], ['ended']);
    expect(await follow(source)).toEqual(['a', 'b']);
    expect(queries).toEqual([{ timestamps: 'true' }]);
  });

  it('requests the log again if a stream ends before the container is known to have terminated', async () => {
    const { source, queries } = sourceOf(
      [line('a'), line('a'), line('a') + line('b')],
      ['alive', 'alive', 'ended'],
    );
    expect(await follow(source)).toEqual(['a', 'b']);
    expect(queries.map(({ follow: isFollow }) => isFollow)).toEqual(['true', 'true', undefined]);
    expect(queries[1]?.['sinceTime']).toBe('2027-01-15T07:59:58Z');
  });

  it('resumes after a connection is dropped in the middle of a line', async () => {
    const whole = line('a') + line('bcd', 1);
    const { source } = sourceOf([{ cutAfter: whole.slice(0, -3) }, whole], ['alive', 'ended']);
    expect(await follow(source)).toEqual(['a', 'bcd']);
  });

  it('waits for a container that has not started yet', async () => {
    const waiting = new KubeStatusError(
      400,
      'BadRequest',
      'container "proc" in pod "pod" is waiting to start',
    );
    const { source } = sourceOf([waiting, waiting, line('a')], ['alive', 'alive', 'ended']);
    expect(await follow(source)).toEqual(['a']);
  });

  it.each<[string, Error]>([
    ['refused', new KubeStatusError(400, 'BadRequest', 'previous terminated container not found')],
    [
      'not to be had from its node',
      new KubeStatusError(500, 'InternalError', 'dial tcp 10.0.0.7:10250: i/o timeout'),
    ],
  ])("gives up a terminated container's log that stays %s", async (_case, error) => {
    await expect(follow(sourceOf([error], ['ended']).source)).rejects.toThrow(error.message);
    await expect(follow(sourceOf([error], ['ended']).source)).rejects.toBeInstanceOf(LogLostError);
  });

  it('waits less for the node when the container terminated long ago, but still tries for a while', async () => {
    const away = new KubeStatusError(500, 'InternalError', 'dial tcp 10.0.0.7:10250: no route to host');
    const timing = { ...TIMING, nodePatienceMs: 600_000, minPatienceMs: 1_000 };
    const lost = follow(sourceOf([away], ['ended'], new Date(Date.now() - 600_000)).source, timing);
    await expect(lost).rejects.toBeInstanceOf(LogLostError);
    const short = Array.from({ length: 3 }, () => away);
    const found = follow(sourceOf([...short, line('a')], ['ended'], new Date(0)).source, timing);
    expect(await found).toEqual(['a']);
    const patient = follow(
      sourceOf([...Array.from({ length: 150 }, () => away), line('a')], ['ended']).source,
      timing,
    );
    expect(await patient).toEqual(['a']);
  });

  it('never mistakes an outage of the API for a lost log', async () => {
    const away = [new KubeUnreachableError('ECONNREFUSED'), new KubeStatusError(503, '', 'no endpoints')];
    const outage = Array.from({ length: 60 }, (_, n) => away[n % 2]!);
    expect(await follow(sourceOf([...outage, line('a')], ['ended']).source)).toEqual(['a']);
  });

  it('reports a log as lost when its pod is gone', async () => {
    await expect(follow(sourceOf([line('a')], ['alive', 'gone']).source)).rejects.toBeInstanceOf(
      LogLostError,
    );
  });

  it('requests the log again before it accepts that lines it has read are gone', async () => {
    const [first, second] = [line('a') + line('b'), line('c', 9)];
    const short = sourceOf([{ cutAfter: first }, '', first + second], ['ended']);
    expect(await follow(short.source)).toEqual(['a', 'b', 'c']);
    const gone = sourceOf([{ cutAfter: first }, second], ['ended']);
    expect(await follow(gone.source)).toEqual(['a', 'b', '<gap>', 'c']);
    const empty = sourceOf([{ cutAfter: first }, ''], ['ended']);
    expect(await follow(empty.source)).toEqual(['a', 'b', '<gap>']);
  });

  it('ends when the signal aborts, even while it waits', async () => {
    const aborting = new AbortController();
    const following = follow(
      sourceOf([new KubeUnreachableError('away')], ['alive']).source,
      TIMING,
      aborting.signal,
    );
    aborting.abort();
    expect(await following).toEqual([]);
  });
});

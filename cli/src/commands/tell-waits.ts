import type { ExecutionReply } from '@app/contract';
import { AppError, describeWait, isFinal, ToldReasons, plainLine } from '@app/domain';
import type { GatewayClient } from '@app/gateway-client';
import { pauseQuietly } from '@app/timing';
import type { Context } from '../context.js';

/** Before the first line of the log, and after it, when only the next attempt may wait. */
const POLL_MS = { first: 1_000, later: 10_000 };

/** Reads a log, and meanwhile says what the execution waits for. @param read calls `onLines` for each batch of lines */
export async function tellWaitsDuring(
  context: Context,
  client: GatewayClient,
  execution: ExecutionReply,
  read: (onLines: () => void) => Promise<void>,
): Promise<void> {
  const done = new AbortController();
  let hasLines = false;
  const reading = read(() => (hasLines = true)).finally(() => done.abort());
  await Promise.all([reading, tellWaits(context, client, execution, () => hasLines, done.signal)]);
}

/** Says each reason once, and for how long the execution still may wait, until the signal aborts. */
async function tellWaits(
  { printer }: Context,
  client: GatewayClient,
  execution: ExecutionReply,
  hasLines: () => boolean,
  signal: AbortSignal,
): Promise<void> {
  const told = new ToldReasons();
  for (let latest = execution; !isFinal(latest.status); latest = await readStatus(client, latest, signal)) {
    const { id, status, reason, waits_until } = latest;
    if (reason !== undefined && told.isNew(reason)) {
      await printer.event({ type: 'waiting', id, status, reason, waits_until });
      const untilMs = waits_until === undefined ? null : Date.parse(waits_until);
      printer.note(`Waiting: ${plainLine(describeWait(reason, untilMs, Date.now()))}`);
      printer.showWaiting(`Waiting for the log of execution ${id}`);
    }
    await pauseQuietly(hasLines() ? POLL_MS.later : POLL_MS.first, signal);
    if (signal.aborted) return;
  }
}

/** The last known status if there is no answer: the reader of the log reports that. */
async function readStatus(
  client: GatewayClient,
  known: ExecutionReply,
  signal: AbortSignal,
): Promise<ExecutionReply> {
  try {
    return await client.call('getExecutionStatus', { params: { id: String(known.id) }, signal });
  } catch (error) {
    if (signal.aborted || error instanceof AppError) return known;
    throw error;
  }
}

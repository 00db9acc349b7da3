import type { ExecutionReply } from '@app/contract';
import { awaitEnd } from '../api/await-end.js';
import { followLog } from '../api/follow-log.js';
import type { GatewayClient } from '../api/gateway-client.js';
import type { Context } from '../context.js';
import { endLine } from '../output/render-execution.js';

/**
 * Prints the log of an execution from its first line to its end, then how it ended; returns that. Ctrl-C in the
 * middle says how to come back.
 */
export async function streamLog(
  context: Context,
  client: GatewayClient,
  execution: ExecutionReply,
): Promise<ExecutionReply> {
  const { printer } = context;
  const id = String(execution.id);
  withWayBack(context.onInterrupt, id);
  printer.showWaiting(`Waiting for the log of execution ${id}`);
  const onRetry = () => printer.showWaiting('Connection lost, trying again');
  try {
    for await (const lines of followLog(client, id, { onRetry })) await printer.logLines(lines);
  } finally {
    await printer.endLog();
  }
  return await awaitReportedEnd(context, client, id);
}

/** Waits for the status after the end of the log, and says how the execution ended. */
export async function awaitReportedEnd(
  { printer, onInterrupt }: Context,
  client: GatewayClient,
  id: string,
): Promise<ExecutionReply> {
  printer.showWaiting('Waiting for the status');
  const ended = await awaitEnd(client, id);
  await printer.event({ type: 'end', ...ended });
  printer.note(endLine(ended));
  onInterrupt(null);
  return ended;
}

/** What Ctrl-C says while an execution is watched. */
export function withWayBack(onInterrupt: Context['onInterrupt'], id: string): void {
  onInterrupt([
    `The execution goes on. To see its log again: proctor logs ${id}`,
    `To stop it: proctor cancel ${id}`,
  ]);
}

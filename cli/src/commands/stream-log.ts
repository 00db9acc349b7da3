import type { ExecutionReply } from '@app/contract';
import { awaitEnd, followLog, type GatewayClient } from '@app/gateway-client';
import { loadConfig } from '../config/load-config.js';
import { targetFrom } from '../config/resolve-config.js';
import type { Context } from '../context.js';
import { endLine } from '../output/render-execution.js';
import { tellWaitsDuring } from './tell-waits.js';

/** Prints the log of an execution from its first line to its end, then reports the end. Returns the ended execution. */
export async function streamLog(
  context: Context,
  client: GatewayClient,
  execution: ExecutionReply,
): Promise<ExecutionReply> {
  const { printer } = context;
  const id = String(execution.id);
  adviseOnInterrupt(context.onInterrupt, id);
  printer.showWaiting(`Waiting for the log of execution ${id}`);
  const onRetry = () => printer.showWaiting('Connection lost, reconnecting');
  try {
    await tellWaitsDuring(context, client, execution, async (onLines) => {
      for await (const lines of followLog(client, id, { onRetry })) {
        onLines();
        await printer.logLines(lines);
      }
    });
  } finally {
    await printer.endLog();
  }
  return await reportEnd(context, client, id);
}

/** Waits for the final status after the end of the log, and reports it. */
export async function reportEnd(
  context: Context,
  client: GatewayClient,
  id: string,
): Promise<ExecutionReply> {
  const { printer, onInterrupt } = context;
  printer.showWaiting('Waiting for the status');
  const { statusPollCount } = targetFrom((await loadConfig(context)).values);
  const ended = await awaitEnd(client, id, { pollCount: statusPollCount });
  await printer.event({ type: 'end', ...ended });
  printer.note(endLine(ended));
  onInterrupt(null);
  return ended;
}

/** Ctrl-C stops the CLI, not the execution. */
export function adviseOnInterrupt(onInterrupt: Context['onInterrupt'], id: string): void {
  onInterrupt([
    `The execution continues. See its log again with: proctor logs ${id}`,
    `Cancel it with: proctor cancel ${id}`,
  ]);
}

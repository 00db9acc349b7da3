import type { ExecutionReply } from '@app/contract';
import { plainLine } from '@app/domain';
import type { GatewayClient } from '@app/gateway-client';
import type { Context } from '../context.js';
import { exitCodeOfStatus } from '../output/exit-code.js';
import { streamLog } from './stream-log.js';

/** Reports that an execution was accepted, then its log and its end. With `detach`: prints only its id. */
export async function reportAccepted(
  context: Context,
  client: GatewayClient,
  execution: ExecutionReply,
  detach: boolean,
): Promise<number> {
  const { printer, onInterrupt } = context;
  if (detach) {
    onInterrupt(null);
    await printer.result(`${execution.id}\n`, execution);
    printer.note(`Accepted. See its log with: proctor logs ${execution.id}`);
    return 0;
  }
  await printer.event({ type: 'execution', ...execution });
  printer.note(`Execution ${execution.id} of ${plainLine(execution.job_name)} accepted.`);
  const ended = await streamLog(context, client, execution);
  return exitCodeOfStatus(ended.status);
}

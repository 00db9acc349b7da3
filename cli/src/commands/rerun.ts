import { randomUUID } from 'node:crypto';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { readExecutionId } from './read-id.js';
import { reportAccepted } from './report-accepted.js';

export interface RerunOptions {
  id: string;
  /** Exit once the gateway has accepted the execution. */
  detach: boolean;
}

/** Uses the same arguments and the current proc; the exit code tells how the execution ended. */
export async function rerun(context: Context, { id: idText, detach }: RerunOptions): Promise<number> {
  const id = readExecutionId(idText);
  const client = await openGateway(context);
  context.onInterrupt(['Interrupted before the gateway replied. The execution may have been accepted.']);
  context.printer.showWaiting(`Submitting execution ${id} again`);
  const execution = await client.call('rerunExecution', { params: { id }, idempotencyKey: randomUUID() });
  return await reportAccepted(context, client, execution, detach);
}

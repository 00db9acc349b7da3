import { randomUUID } from 'node:crypto';
import { openGateway, type Context } from '../context.js';
import { reportAccepted } from './report-accepted.js';
import { readExecutionId } from './read-execution-id.js';

export interface RerunOptions {
  id: string;
  /** End once it is accepted. */
  detach: boolean;
}

/** The same args, the proc as it is now; the exit code says how it ended. */
export async function rerun(context: Context, { id: idText, detach }: RerunOptions): Promise<number> {
  const id = readExecutionId(idText);
  const client = await openGateway(context);
  context.onInterrupt(['Interrupted before the gateway answered: the execution may have been accepted.']);
  context.printer.showWaiting(`Submitting execution ${id} again`);
  const execution = await client.call('rerunExecution', { params: { id }, idempotencyKey: randomUUID() });
  return await reportAccepted(context, client, execution, detach);
}

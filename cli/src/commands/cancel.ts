import { isFinal } from '@app/domain';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { readExecutionId } from './read-id.js';

/** 0 once the gateway has accepted the request; the execution ends a moment later. */
export async function cancel(context: Context, idText: string): Promise<number> {
  const id = readExecutionId(idText);
  const client = await openGateway(context);
  const execution = await client.call('cancelExecution', { params: { id } });
  const text = isFinal(execution.status)
    ? `Execution ${id} is ${execution.status}.\n`
    : `Execution ${id} is being cancelled. See \`proctor status ${id}\`.\n`;
  await context.printer.result(text, execution);
  return 0;
}

import { openGateway, type Context } from '../context.js';
import { renderExecution } from '../output/render-execution.js';
import { readExecutionId } from './read-execution-id.js';

/** 0 whatever the status is: asking succeeded. */
export async function status(context: Context, idText: string): Promise<number> {
  const id = readExecutionId(idText);
  const client = await openGateway(context);
  const execution = await client.call('getExecutionStatus', { params: { id } });
  await context.printer.result(renderExecution(execution), execution);
  return 0;
}

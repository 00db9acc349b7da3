import { openGateway, type Context } from '../context.js';
import { renderExecution, renderExecutionDetails } from '../output/render-execution.js';
import { readExecutionId } from './read-execution-id.js';

export interface StatusOptions {
  id: string;
  /** With args, attempts, who and from where. */
  details: boolean;
}

/** 0 whatever the status is: asking succeeded. */
export async function status(context: Context, { id: idText, details }: StatusOptions): Promise<number> {
  const id = readExecutionId(idText);
  const client = await openGateway(context);
  if (details) {
    const execution = await client.call('getExecution', { params: { id } });
    await context.printer.result(renderExecutionDetails(execution), execution);
  } else {
    const execution = await client.call('getExecutionStatus', { params: { id } });
    await context.printer.result(renderExecution(execution), execution);
  }
  return 0;
}

import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { renderExecution, renderExecutionDetails } from '../output/render-execution.js';
import { readExecutionId } from './read-id.js';

export interface StatusOptions {
  id: string;
  /** Also arguments, attempts, user and address. */
  details: boolean;
}

/** 0 for every status: the command succeeded. */
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

import { openGateway, type Context } from '../context.js';
import { readExecutionId } from './read-execution-id.js';
import { streamLog } from './stream-log.js';

/** 0 once the log was read to its end, however the execution ended. */
export async function logs(context: Context, idText: string): Promise<number> {
  const id = readExecutionId(idText);
  const client = await openGateway(context);
  const execution = await client.call('getExecutionStatus', { params: { id } });
  await context.printer.event({ type: 'execution', ...execution });
  await streamLog(context, client, execution);
  return 0;
}

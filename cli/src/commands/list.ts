import { openGateway, type Context } from '../context.js';
import { renderProcList } from '../output/render-proc.js';

export async function list(context: Context): Promise<number> {
  const client = await openGateway(context);
  const procs = await client.call('listProcs');
  await context.printer.result(renderProcList(procs), procs);
  return 0;
}

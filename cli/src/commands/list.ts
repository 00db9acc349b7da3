import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { renderProcList } from '../output/render-proc.js';

export async function list(context: Context, namesOnly: boolean): Promise<number> {
  const client = await openGateway(context);
  const procs = await client.call('listProcs');
  const names = procs.map(({ name }) => name).sort();
  if (namesOnly) await context.printer.result(names.map((name) => `${name}\n`).join(''), names);
  else await context.printer.result(renderProcList(procs), procs);
  return 0;
}

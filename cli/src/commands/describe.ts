import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { renderProc } from '../output/render-proc.js';
import { findProc } from './find-proc.js';

export async function describe(context: Context, name: string): Promise<number> {
  const proc = await findProc(await openGateway(context), name);
  await context.printer.result(renderProc(proc), proc);
  return 0;
}

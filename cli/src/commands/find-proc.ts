import type { ProcMetadata } from '@app/contract';
import { AppError } from '@app/domain';
import type { GatewayClient } from '../api/gateway-client.js';

/** Throws `not_found` if there is none of that name that the caller may execute. */
export async function findProc(client: GatewayClient, name: string): Promise<ProcMetadata> {
  const procs = await client.call('listProcs');
  const found = procs.find((proc) => proc.name === name);
  if (found) return found;
  const alike = procs.find((proc) => proc.name.toLowerCase() === name.toLowerCase());
  throw new AppError('not_found', `There is no proc '${name}' that you may execute.`, {
    hint: alike ? `Did you mean '${alike.name}'?` : '`proctor list` shows those that you may execute.',
  });
}

import type { ProcMetadata } from '@app/contract';
import { AppError, nearestWord } from '@app/domain';
import type { GatewayClient } from '@app/gateway-client';

/** Throws `not_found` if the caller may run no proc of this name. */
export async function findProc(client: GatewayClient, name: string): Promise<ProcMetadata> {
  const procs = await client.call('listProcs');
  const found = procs.find((proc) => proc.name === name);
  if (found) return found;
  const nearest = nearestWord(
    name,
    procs.map((proc) => proc.name),
  );
  throw new AppError('not_found', `Proc '${name}' does not exist, or you may not run it.`, {
    hint: nearest === null ? 'See the procs you may run with `proctor list`.' : `Did you mean '${nearest}'?`,
  });
}

import type { ProcMetadata } from '@app/contract';
import { AppError } from '@app/domain';
import type { GatewayClient } from '@app/gateway-client';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { readProcSources } from '../procs/find-proc-files.js';
import { changeOf, countChanges, renderChanges, type ProcChange } from '../procs/proc-change.js';
import { readProcs } from '../procs/read-procs.js';
import { confirmChange } from '../terminal/confirm-change.js';

export interface ApplyProcsOptions {
  /** Files and folders; `-`: standard input. */
  files: readonly string[];
  /** Show the changes, and exit. */
  dryRun: boolean;
  /** Skip the confirmation. */
  yes: boolean;
}

const MAX_CONCURRENT_REQUESTS = 8;

/** Registers the procs that are new or different, all or none, after showing the changes. */
export async function applyProcs(
  context: Context,
  { files, dryRun, yes }: ApplyProcsOptions,
): Promise<number> {
  const { printer } = context;
  const procs = readProcs(await readProcSources(files, context.stdin));
  const client = await openGateway(context);
  printer.showWaiting('Comparing with the registered procs');
  const changes = await compareAll(client, procs);
  const changedNames = new Set(
    changes.filter(({ change }) => change !== 'unchanged').map(({ name }) => name),
  );
  const changedProcs = procs.filter(({ name }) => changedNames.has(name));

  const report = async (text: string, applied: boolean) =>
    await printer.result(text, { procs: changes, applied });
  if (!printer.json) await printer.result(renderChanges(changes), null);
  if (dryRun || changedProcs.length === 0) {
    await report(
      dryRun ? `${countChanges(changes)}. Nothing was applied (--dry-run).\n` : 'Nothing to change.\n',
      false,
    );
    return 0;
  }
  await confirmChange(context, `Apply these changes to ${client.baseUrl} (${countChanges(changes)})?`, yes);
  context.onInterrupt(['Interrupted before the gateway replied. The changes may have been applied.']);
  await client.call('registerProcs', { body: changedProcs });
  context.onInterrupt(null);
  await report(`Applied: ${countChanges(changes)}.\n`, true);
  return 0;
}

async function compareAll(client: GatewayClient, procs: readonly ProcMetadata[]): Promise<ProcChange[]> {
  const changes: ProcChange[] = [];
  for (let start = 0; start < procs.length; start += MAX_CONCURRENT_REQUESTS) {
    const batch = procs.slice(start, start + MAX_CONCURRENT_REQUESTS);
    changes.push(
      ...(await Promise.all(
        batch.map(async (proc) => changeOf(await readRegistered(client, proc.name), proc)),
      )),
    );
  }
  return changes;
}

/** Null: the proc is not registered. */
async function readRegistered(client: GatewayClient, name: string): Promise<ProcMetadata | null> {
  try {
    return await client.call('getProc', { params: { name } });
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return null;
    throw error;
  }
}

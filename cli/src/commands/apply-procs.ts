import type { ProcMetadata } from '@app/contract';
import { AppError } from '@app/domain';
import type { GatewayClient } from '../api/gateway-client.js';
import { agree, openGateway, type Context } from '../context.js';
import { readProcSources } from '../procs/find-proc-files.js';
import { changeOf, countChanges, renderChanges, type ProcChange } from '../procs/proc-change.js';
import { readProcs } from '../procs/read-procs.js';

export interface ApplyProcsOptions {
  /** Files and folders; `-`: standard input. */
  files: readonly string[];
  /** Show what would be done, and end. */
  dryRun: boolean;
  /** Without asking. */
  yes: boolean;
}

const ASKED_AT_ONCE = 8;

/** Registers what is new or different, all or none, after showing it. */
export async function applyProcs(
  context: Context,
  { files, dryRun, yes }: ApplyProcsOptions,
): Promise<number> {
  const { printer } = context;
  const procs = readProcs(await readProcSources(files, context.stdin));
  const client = await openGateway(context);
  printer.showWaiting('Comparing with what is registered');
  const changes = await compareAll(client, procs);
  const isDue = new Set(changes.filter(({ change }) => change !== 'unchanged').map(({ name }) => name));
  const due = procs.filter(({ name }) => isDue.has(name));

  const report = async (text: string, applied: boolean) =>
    await printer.result(text, { procs: changes, applied });
  if (!printer.json) await printer.result(renderChanges(changes), null);
  if (dryRun || due.length === 0) {
    await report(
      dryRun ? `${countChanges(changes)}; nothing was done (--dry-run).\n` : 'Nothing to do.\n',
      false,
    );
    return 0;
  }
  await agree(context, `Apply this to ${client.connection.baseUrl} (${countChanges(changes)})?`, yes);
  context.onInterrupt(['Interrupted before the gateway answered: it may have been applied.']);
  await client.call('registerProcs', { body: due });
  context.onInterrupt(null);
  await report(`Applied: ${countChanges(changes)}.\n`, true);
  return 0;
}

async function compareAll(client: GatewayClient, procs: readonly ProcMetadata[]): Promise<ProcChange[]> {
  const changes: ProcChange[] = [];
  for (let at = 0; at < procs.length; at += ASKED_AT_ONCE) {
    const part = procs.slice(at, at + ASKED_AT_ONCE);
    changes.push(
      ...(await Promise.all(part.map(async (proc) => changeOf(await present(client, proc.name), proc)))),
    );
  }
  return changes;
}

/** Null: it is not registered. */
async function present(client: GatewayClient, name: string): Promise<ProcMetadata | null> {
  try {
    return await client.call('getProc', { params: { name } });
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return null;
    throw error;
  }
}

import type { JobCheckReply, ProcMetadata } from '@app/contract';
import { AppError, type ErrorDetail, plainLine } from '@app/domain';
import { GatewayError, type GatewayClient } from '@app/gateway-client';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { renderJobs } from '../output/render-jobs.js';
import { readProcSources } from '../procs/find-proc-files.js';
import { changeOf, countChanges, renderChanges, type ProcChange } from '../procs/proc-change.js';
import { readProcs, wrongFiles, type ProcInFile } from '../procs/read-procs.js';
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

/** Registers the procs that are new or different, all or none, after the gateway's checks and showing the changes. */
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
  const changedProcs = procs.filter(({ proc }) => changedNames.has(proc.name));
  if (!printer.json) await printer.result(renderChanges(changes), null);
  const warnings = await checkProcs(context, client, changedProcs);
  for (const { field, message } of warnings) {
    printer.note(`Warning: ${plainLine(field)}: ${plainLine(message)}`);
  }
  const report = async (text: string, applied: boolean, jobs?: readonly JobCheckReply[]) =>
    await printer.result(text, { procs: changes, applied, warnings, ...(jobs && { jobs }) });
  if (dryRun) {
    printer.showWaiting('Asking the cluster');
    const jobs = await checkJobs(context, client, procs);
    const text = `${renderJobs(jobs)}${countChanges(changes)}. Nothing was applied (--dry-run).\n`;
    await report(text, false, jobs);
    return 0;
  }
  if (changedProcs.length === 0) {
    await report('Nothing to change.\n', false);
    return 0;
  }

  await confirmChange(context, `Apply these changes to ${client.baseUrl} (${countChanges(changes)})?`, yes);
  context.onInterrupt(['Interrupted before the gateway replied. The changes may have been applied.']);
  await namingFiles(changedProcs, (body) => client.call('registerProcs', { body }));
  context.onInterrupt(null);
  await report(`Applied: ${countChanges(changes)}.\n`, true);
  return 0;
}

/** Throws what applying would throw; resolves to the gateway's warnings. */
async function checkProcs(
  { printer }: Context,
  client: GatewayClient,
  procs: readonly ProcInFile[],
): Promise<ErrorDetail[]> {
  if (procs.length === 0) return [];
  try {
    const { warnings } = await namingFiles(procs, (body) => client.call('checkProcs', { body }));
    return warnings.map((warning) => ({ ...warning, field: placeOf(warning.field, procs) }));
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'not_found') throw error;
    printer.warn('This gateway is older than the CLI and checks procs only when they are applied.');
    return [];
  }
}

/** The Jobs that the procs become, unchanged ones too. What unchanged ones would be refused for is only noted. */
async function checkJobs(
  { printer }: Context,
  client: GatewayClient,
  procs: readonly ProcInFile[],
): Promise<JobCheckReply[]> {
  try {
    const query = { cluster: true };
    const reply = await namingFiles(procs, (body) => client.call('checkProcs', { query, body }));
    return reply.jobs ?? [];
  } catch (error) {
    if (!(error instanceof AppError) || !['invalid_args', 'not_found'].includes(error.code)) throw error;
    for (const { field, message } of error.details) {
      printer.warn(
        `Warning: unchanged, but would be refused now: ${plainLine(field)}: ${plainLine(message)}`,
      );
    }
    return [];
  }
}

/** Sends the procs; fields in the gateway's refusal become file, proc and field. */
async function namingFiles<T>(
  procs: readonly ProcInFile[],
  send: (body: ProcMetadata[]) => Promise<T>,
): Promise<T> {
  try {
    return await send(procs.map(({ proc }) => proc));
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'malformed_request' || error.details.length === 0)
      throw error;
    throw wrongFiles(error.details.map(({ field, message }) => ({ field: placeOf(field, procs), message })));
  }
}

/** `0.image_name` → `procs/a/proc.yaml: a: image_name` */
function placeOf(field: string, procs: readonly ProcInFile[]): string {
  const [, index, path] = /^(\d+)(?:\.(.*))?$/s.exec(field) ?? [];
  const found = procs[Number(index)];
  return found ? [found.path, found.proc.name, path].filter(Boolean).join(': ') : field;
}

async function compareAll(client: GatewayClient, procs: readonly ProcInFile[]): Promise<ProcChange[]> {
  const changes: ProcChange[] = [];
  for (let start = 0; start < procs.length; start += MAX_CONCURRENT_REQUESTS) {
    const batch = procs.slice(start, start + MAX_CONCURRENT_REQUESTS);
    changes.push(
      ...(await Promise.all(
        batch.map(async ({ proc }) => changeOf(await readRegistered(client, proc.name), proc)),
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

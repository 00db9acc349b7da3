import { randomUUID } from 'node:crypto';
import type { ExecutionDetailReply, ProcMetadata } from '@app/contract';
import type { GatewayClient } from '@app/gateway-client';
import { refuseSecretWords, secretArgsOf } from '../args/secret-args.js';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { promptForSecretArgs, readArgs, type ParsedArgs } from './read-args.js';
import { readExecutionId } from './read-id.js';
import { reportAccepted } from './report-accepted.js';

export interface RerunOptions {
  id: string;
  /** `NAME=value`: replace arguments of the earlier execution. */
  words: readonly string[];
  /** YAML, `-`: standard input. Words take precedence. */
  file: string | undefined;
  /** Exit once the gateway has accepted the execution. */
  detach: boolean;
}

/**
 * Uses the arguments of the earlier execution, where none are given, and the current proc. Prompts for secret arguments
 * that another user gave. The exit code tells how the execution ended.
 */
export async function rerun(context: Context, options: RerunOptions): Promise<number> {
  const id = readExecutionId(options.id);
  const parsed = await readArgs(context, options);
  const client = await openGateway(context);
  const earlier = await client.call('getExecution', { params: { id } });
  const args = await completeArgs(context, client, earlier, parsed);
  context.onInterrupt(['Interrupted before the gateway replied. The execution may have been accepted.']);
  context.printer.showWaiting(`Submitting execution ${id} again`);
  const execution = await client.call('rerunExecution', {
    params: { id },
    ...(Object.keys(args).length > 0 && { body: { args } }),
    idempotencyKey: randomUUID(),
  });
  return await reportAccepted(context, client, execution, options.detach);
}

async function completeArgs(
  context: Context,
  client: GatewayClient,
  { job_name: name, rerun_args: asked = [] }: ExecutionDetailReply,
  parsed: ParsedArgs,
): Promise<Record<string, string>> {
  if (asked.length === 0 && parsed.wordNames.length === 0) return parsed.args;
  const proc = await client.call('getProc', { params: { name } });
  const secrets = [...secretArgsOf(proc), ...noLongerSecret(proc, asked)];
  refuseSecretWords(secrets, parsed.wordNames);
  const missing = secrets.filter((arg) => asked.includes(arg.name) && !Object.hasOwn(parsed.args, arg.name));
  return await promptForSecretArgs(context, missing, parsed.args);
}

/** An argument that was secret stays so, even if the proc no longer says it is. */
function noLongerSecret(proc: ProcMetadata, names: readonly string[]) {
  const declared = secretArgsOf(proc).map(({ name }) => name);
  return names.filter((name) => !declared.includes(name)).map((name) => ({ name, description: '' }));
}

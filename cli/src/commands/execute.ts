import { randomUUID } from 'node:crypto';
import { detailsFromIssues, submitExecutionBody } from '@app/contract';
import { AppError } from '@app/domain';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { addSecretArgs, readArgs } from './read-args.js';
import { reportAccepted } from './report-accepted.js';

export interface ExecuteOptions {
  proc: string;
  /** `NAME=value` */
  words: readonly string[];
  /** YAML, `-`: standard input. Words take precedence. */
  file: string | undefined;
  /** Exit once the gateway has accepted the execution. */
  detach: boolean;
}

/** Submits, prints the id and follows the log; the exit code tells how the execution ended. */
export async function execute(context: Context, options: ExecuteOptions): Promise<number> {
  const { proc, detach } = options;
  const parsed = await readArgs(context, options);
  checkBody(proc, parsed.args);
  const client = await openGateway(context);
  const declaration = await client.call('getProc', { params: { name: proc } });
  const body = checkBody(proc, await addSecretArgs(context, declaration, parsed));

  context.onInterrupt(['Interrupted before the gateway replied. The execution may have been accepted.']);
  context.printer.showWaiting(`Submitting ${proc}`);
  const execution = await client.call('submitExecution', { body, idempotencyKey: randomUUID() });
  return await reportAccepted(context, client, execution, detach);
}

/** Throws `invalid_args` for what any gateway would refuse. */
function checkBody(proc: string, args: Record<string, string>) {
  const body = submitExecutionBody.safeParse({ name: proc, args });
  if (body.success) return body.data;
  throw new AppError('invalid_args', 'The proc name or its arguments are invalid.', {
    hint: 'See the procs with `proctor list`, and the arguments of one with `proctor describe PROC`.',
    details: detailsFromIssues(body.error.issues).map(({ field, message }) => ({
      field: field === 'name' ? `proc '${proc}'` : field.replace(/^args\./, ''),
      message,
    })),
  });
}

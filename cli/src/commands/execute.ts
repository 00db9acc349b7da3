import { randomUUID } from 'node:crypto';
import { detailsFromIssues, submitExecutionBody } from '@app/contract';
import { AppError } from '@app/domain';
import { openGateway, type Context } from '../context.js';
import { askForSecretArgs, readGivenArgs } from './read-given-args.js';
import { reportAccepted } from './report-accepted.js';

export interface ExecuteOptions {
  proc: string;
  /** `NAME=value` */
  words: readonly string[];
  /** YAML, `-`: standard input; words win over it. */
  file: string | undefined;
  /** End once it is accepted. */
  detach: boolean;
}

/** Submits, prints the id, streams the log; the exit code says how it ended. */
export async function execute(context: Context, options: ExecuteOptions): Promise<number> {
  const { proc, detach } = options;
  const given = await readGivenArgs(context, options);
  checkBody(proc, given.args);
  const client = await openGateway(context);
  const args = await askForSecretArgs(
    context,
    await client.call('getProc', { params: { name: proc } }),
    given,
  );

  context.onInterrupt(['Interrupted before the gateway answered: the execution may have been accepted.']);
  context.printer.showWaiting(`Submitting ${proc}`);
  const body = checkBody(proc, args);
  const execution = await client.call('submitExecution', { body, idempotencyKey: randomUUID() });
  return await reportAccepted(context, client, execution, detach);
}

/** Throws `invalid_args` for what no gateway would take. */
function checkBody(proc: string, args: Record<string, string>) {
  const body = submitExecutionBody.safeParse({ name: proc, args });
  if (body.success) return body.data;
  throw new AppError('invalid_args', "This can't be executed.", {
    hint: '`proctor list` shows the procs, `proctor describe PROC` the args of one.',
    details: detailsFromIssues(body.error.issues).map(({ field, message }) => ({
      field: field === 'name' ? `proc '${proc}'` : field.replace(/^args\./, ''),
      message,
    })),
  });
}

import { randomUUID } from 'node:crypto';
import { detailsFromIssues, submitExecutionBody } from '@app/contract';
import { AppError } from '@app/domain';
import { parseArgWords } from '../args/parse-arg-words.js';
import { readArgsFile } from '../args/read-args-file.js';
import { openGateway, type Context } from '../context.js';
import { exitCodeOfStatus } from '../output/exit-code.js';
import { streamLog } from './stream-log.js';

export interface ExecuteOptions {
  proc: string;
  /** `NAME=value` */
  words: readonly string[];
  /** YAML; words win over it. */
  file: string | undefined;
}

/** Submits, prints the id, streams the log; the exit code says how it ended. */
export async function execute(context: Context, { proc, words, file }: ExecuteOptions): Promise<number> {
  const given = parseArgWords(words);
  const fromFile = file === undefined ? {} : await readArgsFile(file);
  const body = submitExecutionBody.safeParse({
    name: proc,
    args: Object.assign(Object.create(null), fromFile, given) as unknown,
  });
  if (!body.success) {
    throw new AppError('invalid_args', "This can't be executed.", {
      hint: '`proctor list` shows the procs, `proctor describe PROC` the args of one.',
      details: detailsFromIssues(body.error.issues).map(({ field, message }) => ({
        field: field === 'name' ? `proc '${proc}'` : field.replace(/^args\./, ''),
        message,
      })),
    });
  }

  const client = await openGateway(context);
  context.onInterrupt(['Interrupted before the gateway answered: the execution may have been accepted.']);
  context.printer.showWaiting(`Submitting ${proc}`);
  const execution = await client.call('submitExecution', { body: body.data, idempotencyKey: randomUUID() });
  await context.printer.event({ type: 'execution', ...execution });
  context.printer.note(`Execution ${execution.id} of ${proc} accepted.`);
  const ended = await streamLog(context, client, execution);
  return exitCodeOfStatus(ended.status);
}

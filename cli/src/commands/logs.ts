import { readLogQuery } from '@app/contract';
import { AppError, isFinal } from '@app/domain';
import type { GatewayClient } from '../api/gateway-client.js';
import { readTextLines } from '../api/read-text.js';
import { checkQuery, queryOf } from '../args/read-query.js';
import { openGateway, type Context } from '../context.js';
import { awaitReportedEnd, streamLog, withWayBack } from './stream-log.js';
import { readExecutionId } from './read-execution-id.js';

export interface LogsOptions {
  id: string;
  /** Only the last so many lines. */
  tail: string | undefined;
  /** Only lines printed since. */
  since: string | undefined;
  /** Only what is there now. */
  noFollow: boolean;
}

/** 0 once the log was read to its end, however the execution ended. */
export async function logs(
  context: Context,
  { id: idText, tail, since, noFollow }: LogsOptions,
): Promise<number> {
  const id = readExecutionId(idText);
  const query = queryOf({ tail, since });
  checkQuery(readLogQuery, query);
  const client = await openGateway(context);
  const execution = await client.call('getExecutionStatus', { params: { id } });
  await context.printer.event({ type: 'execution', ...execution });
  if (!noFollow && tail === undefined && since === undefined) {
    await streamLog(context, client, execution);
    return 0;
  }
  await readPart(context, client, id, { ...query, follow: String(!noFollow) }, !noFollow);
  if (!noFollow) await awaitReportedEnd(context, client, id);
  else if (!isFinal(execution.status)) context.printer.note(`Execution ${id} goes on: ${execution.status}.`);
  return 0;
}

/** A part of the log can't be taken up again after a cut: where it began is no longer known. */
async function readPart(
  { printer, onInterrupt }: Context,
  client: GatewayClient,
  id: string,
  query: Record<string, string>,
  mayPause: boolean,
): Promise<void> {
  if (mayPause) withWayBack(onInterrupt, id);
  printer.showWaiting(`Waiting for the log of execution ${id}`);
  try {
    for await (const lines of readTextLines(client, 'readExecutionLog', { params: { id }, query, mayPause }))
      await printer.logLines(lines);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'unavailable') throw error;
    throw new AppError(error.code, error.message, {
      hint: `To see the whole log: \`proctor logs ${id}\`.`,
      cause: error,
    });
  } finally {
    await printer.endLog();
  }
}

import { readLogQuery, type ExecutionReply } from '@app/contract';
import { AppError, isFinal } from '@app/domain';
import { streamLines, type GatewayClient, type RequestOf } from '@app/gateway-client';
import { readQuery } from '../args/read-query.js';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { readExecutionId } from './read-id.js';
import { adviseOnInterrupt, reportEnd, streamLog } from './stream-log.js';
import { tellWaitsDuring } from './tell-waits.js';

export interface LogsOptions {
  id: string;
  /** Only this many of the last lines. */
  tail: string | undefined;
  /** Only lines printed since then. */
  since: string | undefined;
  /** Print the current lines and exit. */
  noFollow: boolean;
}

/** 0 once the log was read to its end, however the execution ended. */
export async function logs(
  context: Context,
  { id: idText, tail, since, noFollow }: LogsOptions,
): Promise<number> {
  const id = readExecutionId(idText);
  const query = readQuery(readLogQuery, { tail, since });
  const client = await openGateway(context);
  const execution = await client.call('getExecutionStatus', { params: { id } });
  await context.printer.event({ type: 'execution', ...execution });
  if (!noFollow && tail === undefined && since === undefined) {
    await streamLog(context, client, execution);
    return 0;
  }
  const request = { params: { id }, query: { ...query, follow: !noFollow, reasons: false } };
  await readPart(context, client, execution, request);
  if (!noFollow) await reportEnd(context, client, id);
  else if (!isFinal(execution.status))
    context.printer.note(`Execution ${id} continues: ${execution.status}.`);
  return 0;
}

/** Part of a log cannot be resumed after a lost connection: where it began is no longer known. */
async function readPart(
  context: Context,
  client: GatewayClient,
  execution: ExecutionReply,
  request: RequestOf<'readExecutionLog'> & { params: { id: string } },
): Promise<void> {
  const { printer, onInterrupt } = context;
  const { id } = request.params;
  const isLive = request.query?.follow === true;
  if (isLive) adviseOnInterrupt(onInterrupt, id);
  printer.showWaiting(`Waiting for the log of execution ${id}`);
  try {
    const read = async (onLines: () => void) => {
      for await (const lines of streamLines(client, 'readExecutionLog', { ...request, isLive })) {
        onLines();
        await printer.logLines(lines);
      }
    };
    await (isLive ? tellWaitsDuring(context, client, execution, read) : read(() => undefined));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'unavailable') throw error;
    throw new AppError(error.code, error.message, {
      hint: `See the whole log with \`proctor logs ${id}\`.`,
      cause: error,
    });
  } finally {
    await printer.endLog();
  }
}

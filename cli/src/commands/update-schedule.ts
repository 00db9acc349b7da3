import type { BodyInputOf } from '@app/contract';
import { AppError } from '@app/domain';
import type { GatewayClient } from '@app/gateway-client';
import { readScheduleOptions, type ScheduleOptions } from '../args/read-schedule-options.js';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { renderSchedule } from '../output/render-schedule.js';
import { tellWarnings } from '../output/tell-warnings.js';
import { addSecretArgs, readArgs, type ParsedArgs } from './read-args.js';
import { readScheduleId } from './read-id.js';

export interface UpdateScheduleOptions extends ScheduleOptions {
  id: string;
  noBlackouts: boolean;
  /** `NAME=value`. Words and file together replace all arguments. */
  words: readonly string[];
  file: string | undefined;
}

/** Omitted options stay as they are. May be repeated. */
export async function updateSchedule(context: Context, options: UpdateScheduleOptions): Promise<number> {
  const { noBlackouts, blackouts, words, file } = options;
  const { timeZone } = context.env;
  const id = readScheduleId(options.id);
  if (noBlackouts && blackouts.length > 0) {
    throw new AppError('invalid_args', '--blackout and --no-blackouts contradict each other.');
  }
  const body: BodyInputOf<'updateSchedule'> = {
    ...readScheduleOptions(options, { nowMs: Date.now(), timeZone }),
    ...(noBlackouts && { blackouts: [] }),
  };
  const parsed = words.length > 0 || file !== undefined ? await readArgs(context, options) : null;
  if (parsed === null && Object.keys(body).length === 0) {
    throw new AppError('invalid_args', 'There is nothing to change.', {
      hint: 'See the options with `proctor help schedule update`.',
    });
  }
  const client = await openGateway(context);
  if (parsed !== null) body.args = await withSecretArgs(context, client, id, parsed);
  const schedule = await client.call('updateSchedule', { params: { id }, body });
  await context.printer.result(`Changed.\n${renderSchedule(schedule, timeZone)}`, schedule);
  tellWarnings(context, schedule);
  return 0;
}

async function withSecretArgs(
  context: Context,
  client: GatewayClient,
  id: string,
  parsed: ParsedArgs,
): Promise<Record<string, string>> {
  const { jobName } = await client.call('getSchedule', { params: { id } });
  return await addSecretArgs(context, await client.call('getProc', { params: { name: jobName } }), parsed);
}

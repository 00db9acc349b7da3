import type { BodyInputOf } from '@app/contract';
import { AppError } from '@app/domain';
import type { GatewayClient } from '../api/gateway-client.js';
import { readScheduleOptions, type ScheduleOptions } from '../args/read-schedule-options.js';
import { openGateway, type Context } from '../context.js';
import { renderSchedule } from '../output/render-schedule.js';
import { askForSecretArgs, readGivenArgs, type GivenArgs } from './read-given-args.js';
import { readScheduleId } from './read-execution-id.js';

export interface UpdateScheduleOptions extends ScheduleOptions {
  id: string;
  noBlackouts: boolean;
  /** `NAME=value`; these and the file replace all args. */
  words: readonly string[];
  file: string | undefined;
}

/** What is not given stays. May be repeated. */
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
  const given = words.length > 0 || file !== undefined ? await readGivenArgs(context, options) : null;
  if (given === null && Object.keys(body).length === 0) {
    throw new AppError('invalid_args', 'There is nothing to change.', {
      hint: 'See `proctor help schedule update`.',
    });
  }
  const client = await openGateway(context);
  if (given !== null) body.args = await withSecretArgs(context, client, id, given);
  const schedule = await client.call('updateSchedule', { params: { id }, body });
  await context.printer.result(`Changed.\n${renderSchedule(schedule, timeZone)}`, schedule);
  return 0;
}

async function withSecretArgs(
  context: Context,
  client: GatewayClient,
  id: string,
  given: GivenArgs,
): Promise<Record<string, string>> {
  const { jobName } = await client.call('getSchedule', { params: { id } });
  return await askForSecretArgs(context, await client.call('getProc', { params: { name: jobName } }), given);
}

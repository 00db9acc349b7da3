import { AppError } from '@app/domain';
import { readScheduleOptions, type ScheduleOptions } from '../args/read-schedule-options.js';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { renderSchedule } from '../output/render-schedule.js';
import { tellWarnings } from '../output/tell-warnings.js';
import { addSecretArgs, readArgs } from './read-args.js';

export interface CreateScheduleOptions extends ScheduleOptions {
  proc: string;
  /** `NAME=value` */
  words: readonly string[];
  /** YAML, `-`: standard input. Words take precedence. */
  file: string | undefined;
}

/** Not repeated when the connection breaks: the gateway would refuse the repetition as a duplicate. */
export async function createSchedule(context: Context, options: CreateScheduleOptions): Promise<number> {
  const { proc, cron, at } = options;
  const { timeZone } = context.env;
  if (cron === undefined && at === undefined) {
    throw new AppError('invalid_args', 'The schedule has no time.', {
      hint: 'Use --cron to repeat, --at to run once.',
    });
  }
  const fields = readScheduleOptions(options, { nowMs: Date.now(), timeZone });
  const parsed = await readArgs(context, options);
  const client = await openGateway(context);
  const declaration = await client.call('getProc', { params: { name: proc } });
  const args = await addSecretArgs(context, declaration, parsed);
  context.onInterrupt(['Interrupted before the gateway replied. See `proctor schedule list`.']);
  const schedule = await client.call('createSchedule', {
    body: { jobName: proc, args, ...fields, enabled: true },
  });
  context.onInterrupt(null);
  await context.printer.result(`Scheduled.\n${renderSchedule(schedule, timeZone)}`, schedule);
  tellWarnings(context, schedule);
  return 0;
}

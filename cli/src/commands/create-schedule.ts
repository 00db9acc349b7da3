import { AppError } from '@app/domain';
import { readScheduleOptions, type ScheduleOptions } from '../args/read-schedule-options.js';
import { openGateway, type Context } from '../context.js';
import { renderSchedule } from '../output/render-schedule.js';
import { askForSecretArgs, readGivenArgs } from './read-given-args.js';

export interface CreateScheduleOptions extends ScheduleOptions {
  proc: string;
  /** `NAME=value` */
  words: readonly string[];
  /** YAML, `-`: standard input; words win over it. */
  file: string | undefined;
}

/** Not repeated when the connection breaks: a second one would be refused as a duplicate. */
export async function createSchedule(context: Context, options: CreateScheduleOptions): Promise<number> {
  const { proc, cron, at } = options;
  const { timeZone } = context.env;
  if (cron === undefined && at === undefined) {
    throw new AppError('invalid_args', 'Give --cron for again and again, or --at for once.');
  }
  const fields = readScheduleOptions(options, { nowMs: Date.now(), timeZone });
  const given = await readGivenArgs(context, options);
  const client = await openGateway(context);
  const args = await askForSecretArgs(
    context,
    await client.call('getProc', { params: { name: proc } }),
    given,
  );
  context.onInterrupt(['Interrupted before the gateway answered; see `proctor schedule list`.']);
  const schedule = await client.call('createSchedule', {
    body: { jobName: proc, args, ...fields, enabled: true },
  });
  context.onInterrupt(null);
  await context.printer.result(`Scheduled.\n${renderSchedule(schedule, timeZone)}`, schedule);
  return 0;
}

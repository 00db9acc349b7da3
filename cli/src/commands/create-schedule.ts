import { openGateway, type Context } from '../context.js';
import { renderSchedule } from '../output/render-schedule.js';
import { askForSecretArgs, readGivenArgs } from './read-given-args.js';

export interface CreateScheduleOptions {
  proc: string;
  /** `NAME=value` */
  words: readonly string[];
  /** YAML, `-`: standard input; words win over it. */
  file: string | undefined;
  cron: string;
  group: string;
  /** Comma-separated e-mails. */
  notify: string;
  /** Comma-separated. */
  tags: string;
}

/** Not repeated when the connection breaks: a second one would be refused as a duplicate. */
export async function createSchedule(context: Context, options: CreateScheduleOptions): Promise<number> {
  const { proc, cron, group, notify, tags } = options;
  const given = await readGivenArgs(context, options);
  const client = await openGateway(context);
  const args = await askForSecretArgs(
    context,
    await client.call('getProc', { params: { name: proc } }),
    given,
  );
  context.onInterrupt(['Interrupted before the gateway answered; see `proctor schedule list`.']);
  const schedule = await client.call('createSchedule', {
    body: { jobName: proc, args, tags, cron, notificationEmails: notify, group, enabled: true },
  });
  context.onInterrupt(null);
  await context.printer.result(`Scheduled.\n${renderSchedule(schedule)}`, schedule);
  return 0;
}

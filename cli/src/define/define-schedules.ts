import { createSchedule } from '../commands/create-schedule.js';
import { nextTimes, scheduleHistory } from '../commands/schedule-times.js';
import { describeSchedule, enableSchedule, listSchedules, removeSchedule } from '../commands/schedules.js';
import { updateSchedule } from '../commands/update-schedule.js';
import type { Context } from '../context.js';
import { command, type Command, type CommandValues } from '../tree/command.js';
import { SCHEDULE_CHANGES, NEW_SCHEDULE } from './schedule-options.js';
import { ALL_PAGES, ARG_WORDS, ARGS_FILE, LIMIT, PROC } from './shared-options.js';

const ID = { description: 'Id of the schedule' } as const;

const positionals = { proc: PROC, args: ARG_WORDS } as const;
const options = { ...NEW_SCHEDULE, file: ARGS_FILE } as const;

function create(
  context: Context,
  { args, ...values }: CommandValues<typeof positionals, typeof options>,
): Promise<number> {
  const { 'time-zone': timeZone, 'notify-on': notifyOn, blackout: blackouts } = values;
  return createSchedule(context, { ...values, timeZone, notifyOn, blackouts, words: args });
}

const byId = (
  name: string,
  description: string,
  run: (context: Context, id: string) => Promise<number>,
): Command =>
  command(name, description, {
    positionals: { id: ID },
    examples: [[`schedule ${name} 1234`, '']],
    run: (context, { id }) => run(context, id),
  });

const DAILY_REPORT = "schedule report -c '0 7 * * *' --time-zone Europe/Berlin -g ops -n a@b.c -T daily";

export const scheduleCommands = [
  command('schedule', 'Run a proc on a schedule, or once at a later time', {
    positionals,
    options,
    examples: [
      ["schedule say-hello-world -c '*/5 * * * *' -g ops -n a@b.c -T nightly SAMPLE_ARG_ONE=x", ''],
      [DAILY_REPORT, 'In a time zone'],
      ['schedule report --at 2h -g ops -n a@b.c -T t', 'Once, in two hours'],
      [`${DAILY_REPORT} --overlap skip --blackout 'sat,sun 00:00-00:00'`, ''],
      ["schedule create list -c '@daily' -g ops -n a@b.c -T t", 'For a proc named like a subcommand'],
      ['schedule list', ''],
    ],
    run: create,
    subcommands: [
      command('create', 'Same as `schedule PROC`, for procs named like a subcommand', {
        positionals,
        options,
        examples: [["schedule create list -c '@daily' -g ops -n a@b.c -T t", 'A proc named list']],
        run: create,
      }),
      command('list', 'List active schedules with their next run', {
        options: { all: { kind: 'flag', description: 'Include paused schedules' } },
        examples: [
          ['schedule list', ''],
          ['schedule list --all', ''],
        ],
        run: (context, { all }) => listSchedules(context, all),
      }),
      byId('describe', 'Show a schedule', describeSchedule),
      command('update', 'Change a schedule; omitted options stay as they are', {
        positionals: { id: ID, args: { ...ARG_WORDS, description: 'NAME=value; replaces all arguments' } },
        options: {
          ...SCHEDULE_CHANGES,
          'no-blackouts': { kind: 'flag', description: 'Remove all blackout windows' },
          file: ARGS_FILE,
        },
        examples: [
          ["schedule update 1234 -c '0 6 * * *' --time-zone Europe/Berlin", ''],
          ['schedule update 1234 --notify-on failure,slow', ''],
        ],
        run: (context, { args, 'no-blackouts': noBlackouts, 'time-zone': timeZone, ...values }) => {
          const { 'notify-on': notifyOn, blackout: blackouts } = values;
          return updateSchedule(context, {
            ...values,
            timeZone,
            notifyOn,
            blackouts,
            noBlackouts,
            words: args,
          });
        },
      }),
      byId('remove', 'Remove a schedule', removeSchedule),
      byId('pause', 'Pause a schedule until its owner resumes it', (context, id) =>
        enableSchedule(context, id, false),
      ),
      byId('resume', 'Resume a paused schedule', (context, id) => enableSchedule(context, id, true)),
      command('next', 'Show when a schedule runs next', {
        positionals: { id: ID },
        options: {
          count: { kind: 'text', description: 'Number of times to show, at most 100 (default 10)' },
        },
        examples: [['schedule next 1234 --count 3', "In the schedule's time zone and in yours"]],
        run: nextTimes,
      }),
      command('history', 'Show what happened at each scheduled time, newest first', {
        positionals: { id: ID },
        options: { limit: LIMIT, all: ALL_PAGES },
        examples: [['schedule history 1234', 'For its executions, use `proctor history --schedule 1234`']],
        run: scheduleHistory,
      }),
    ],
  }),
];

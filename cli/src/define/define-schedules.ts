import { createSchedule } from '../commands/create-schedule.js';
import { nextTimes, scheduleHistory } from '../commands/schedule-times.js';
import { describeSchedule, enableSchedule, listSchedules, removeSchedule } from '../commands/schedules.js';
import { updateSchedule } from '../commands/update-schedule.js';
import type { Run } from '../context.js';
import { command, type Command, type CommandValues } from '../tree/command.js';
import { CHANGEABLE, WHEN_AND_HOW } from './schedule-options.js';
import { ALL_PAGES, ARG_WORDS, ARGS_FILE, LIMIT, PROC } from './shared-options.js';

const ID = { description: 'Id of the schedule' } as const;

const positionals = { proc: PROC, args: ARG_WORDS } as const;
const options = { ...WHEN_AND_HOW, file: ARGS_FILE } as const;

function create({ args, ...values }: CommandValues<typeof positionals, typeof options>): Run {
  const { 'time-zone': timeZone, 'notify-on': notifyOn, blackout: blackouts } = values;
  return (context) => createSchedule(context, { ...values, timeZone, notifyOn, blackouts, words: args });
}

const byId = (name: string, description: string, run: (id: string) => Run): Command =>
  command({
    name,
    description,
    positionals: { id: ID },
    examples: [[`schedule ${name} 1234`, '']],
    run: ({ id }) => run(id),
  });

const AT_NIGHT = "schedule report -c '0 7 * * *' --time-zone Europe/Berlin -g ops -n a@b.c -T daily";

export const scheduleCommands = [
  command({
    name: 'schedule',
    description: 'Execute a proc again and again, or once later',
    positionals,
    options,
    examples: [
      ["schedule say-hello-world -c '*/5 * * * *' -g ops -n a@b.c -T nightly SAMPLE_ARG_ONE=x", ''],
      [AT_NIGHT, 'By the clock of a zone'],
      ['schedule report --at 2h -g ops -n a@b.c -T t', 'Once, in two hours'],
      [`${AT_NIGHT} --overlap skip --blackout 'sat,sun 00:00-00:00'`, ''],
      [
        "schedule create list -c '@daily' -g ops -n a@b.c -T t",
        'For a proc with the name of a command below',
      ],
      ['schedule list', ''],
    ],
    run: create,
    subcommands: [
      command({
        name: 'create',
        description: 'The same as `schedule PROC`, for procs of any name',
        positionals,
        options,
        examples: [["schedule create list -c '@daily' -g ops -n a@b.c -T t", 'A proc called list']],
        run: create,
      }),
      command({
        name: 'list',
        description: 'List schedules that are on, with when they fire next',
        options: { all: { kind: 'flag', description: 'Those that are paused too' } },
        examples: [
          ['schedule list', ''],
          ['schedule list --all', ''],
        ],
        run:
          ({ all }) =>
          (context) =>
            listSchedules(context, all),
      }),
      byId('describe', 'Show a schedule', (id) => (context) => describeSchedule(context, id)),
      command({
        name: 'update',
        description: 'Change a schedule; what you leave out stays',
        positionals: { id: ID, args: { ...ARG_WORDS, description: 'NAME=value; replaces all args' } },
        options: {
          ...CHANGEABLE,
          'no-blackouts': { kind: 'flag', description: 'Fire at any time again' },
          file: ARGS_FILE,
        },
        examples: [
          ["schedule update 1234 -c '0 6 * * *' --time-zone Europe/Berlin", ''],
          ['schedule update 1234 --notify-on failure,slow', ''],
        ],
        run:
          ({ args, 'no-blackouts': noBlackouts, 'time-zone': timeZone, ...values }) =>
          (context) => {
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
      byId('remove', 'Remove a schedule', (id) => (context) => removeSchedule(context, id)),
      byId('pause', 'Stop firing, until resumed', (id) => (context) => enableSchedule(context, id, false)),
      byId('resume', 'Fire again', (id) => (context) => enableSchedule(context, id, true)),
      command({
        name: 'next',
        description: 'Show when a schedule fires next',
        positionals: { id: ID },
        options: { count: { kind: 'text', description: 'How many times, at most 100 (default 10)' } },
        examples: [['schedule next 1234 --count 3', "In the schedule's zone and in yours"]],
        run: (values) => (context) => nextTimes(context, values),
      }),
      command({
        name: 'history',
        description: 'Show what became of its ticks, newest first',
        positionals: { id: ID },
        options: { limit: LIMIT, all: ALL_PAGES },
        examples: [['schedule history 1234', 'Its executions: `proctor history --schedule 1234`']],
        run: (values) => (context) => scheduleHistory(context, values),
      }),
    ],
  }),
];

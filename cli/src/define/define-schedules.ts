import { createSchedule, type CreateScheduleOptions } from '../commands/create-schedule.js';
import { describeSchedule, enableSchedule, listSchedules, removeSchedule } from '../commands/schedules.js';
import type { Run } from '../context.js';
import { command, type Command } from '../tree/command.js';
import { ARG_WORDS, ARGS_FILE, PROC } from './shared-options.js';

const ID = { describe: 'Id of the schedule' } as const;

const positionals = { proc: PROC, args: ARG_WORDS } as const;
const options = {
  cron: {
    kind: 'text',
    alias: 'c',
    required: true,
    describe: 'When: five fields, six with seconds first, or @daily and such',
  },
  group: { kind: 'text', alias: 'g', required: true, describe: 'Group that it belongs to' },
  notify: { kind: 'text', alias: 'n', required: true, describe: 'Emails to notify, with commas' },
  tags: { kind: 'text', alias: 'T', required: true, describe: 'Tags, with commas' },
  file: ARGS_FILE,
} as const;

type Words = Omit<CreateScheduleOptions, 'words'> & { args: readonly string[] };

function create({ args, ...given }: Words): Run {
  return (context) => createSchedule(context, { ...given, words: args });
}

const byId = (name: string, describe: string, run: (id: string) => Run): Command =>
  command({
    name,
    describe,
    positionals: { id: ID },
    examples: [[`schedule ${name} 1234`, '']],
    run: ({ id }) => run(id),
  });

export const scheduleCommands = [
  command({
    name: 'schedule',
    describe: 'Execute a proc again and again',
    positionals,
    options,
    examples: [
      ["schedule say-hello-world -c '*/5 * * * *' -g ops -n a@b.c -T nightly SAMPLE_ARG_ONE=x", ''],
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
        describe: 'The same as `schedule PROC`, for procs of any name',
        positionals,
        options,
        examples: [["schedule create list -c '@daily' -g ops -n a@b.c -T t", 'A proc called list']],
        run: create,
      }),
      command({
        name: 'list',
        describe: 'List schedules that are on',
        examples: [['schedule list', '']],
        run: () => listSchedules,
      }),
      byId('describe', 'Show a schedule', (id) => (context) => describeSchedule(context, id)),
      byId('remove', 'Remove a schedule', (id) => (context) => removeSchedule(context, id)),
      byId('pause', 'Stop firing, until resumed', (id) => (context) => enableSchedule(context, id, false)),
      byId('resume', 'Fire again', (id) => (context) => enableSchedule(context, id, true)),
    ],
  }),
];

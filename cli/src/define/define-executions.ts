import { EXECUTION_STATUSES } from '@app/domain';
import { cancel } from '../commands/cancel.js';
import { execute } from '../commands/execute.js';
import { history } from '../commands/history.js';
import { logs } from '../commands/logs.js';
import { rerun } from '../commands/rerun.js';
import { status } from '../commands/status.js';
import { command } from '../tree/command.js';
import {
  ALL_PAGES,
  ARG_WORDS,
  ARGS_FILE,
  DETACH,
  EXECUTION_ID,
  LIMIT,
  PROC,
  SINCE,
  UNTIL,
} from './shared-options.js';

export const executionCommands = [
  command({
    name: 'execute',
    description: 'Execute a proc and follow its log',
    positionals: { proc: PROC, args: ARG_WORDS },
    options: { file: ARGS_FILE, detach: DETACH },
    examples: [
      ['execute say-hello-world SAMPLE_ARG_ONE=foo', ''],
      ['execute say-hello-world -f args.yaml "SAMPLE_ARG_TWO=two words"', ''],
      ['execute say-hello-world --detach', 'Prints the id and ends'],
    ],
    run:
      ({ proc, args, file, detach }) =>
      (context) =>
        execute(context, { proc, words: args, file, detach }),
  }),
  command({
    name: 'rerun',
    description: 'Execute again what was executed, with the same args',
    positionals: { id: EXECUTION_ID },
    options: { detach: DETACH },
    examples: [
      ['rerun 1234', 'The proc as it is now; secret args are taken over unseen'],
      ['rerun 1234 --detach', 'Prints the new id and ends'],
    ],
    run: (values) => (context) => rerun(context, values),
  }),
  command({
    name: 'logs',
    description: 'Show the log of an execution, live until it ends',
    positionals: { id: EXECUTION_ID },
    options: {
      tail: { kind: 'text', alias: 'n', description: 'Only the last so many lines, then what follows' },
      since: {
        kind: 'text',
        description: 'Only lines printed since: 10m (back from now) or 2026-01-31T10:00:00Z',
      },
      'no-follow': { kind: 'flag', description: 'Only what is there now' },
    },
    examples: [
      ['logs 1234', ''],
      ['logs 1234 > log.txt', 'Nothing but the log in the file'],
      ['logs 1234 --tail 20 --no-follow', ''],
      ['logs 1234 --since 10m', ''],
    ],
    run:
      ({ id, tail, since, 'no-follow': noFollow }) =>
      (context) =>
        logs(context, { id, tail, since, noFollow }),
  }),
  command({
    name: 'status',
    description: 'Show how an execution is doing or how it ended',
    positionals: { id: EXECUTION_ID },
    options: {
      details: { kind: 'flag', description: 'With args (not secret ones), attempts, who and from where' },
    },
    examples: [
      ['status 1234', ''],
      ['status 1234 --details', ''],
      ['status 1234 -o json', ''],
    ],
    run: (values) => (context) => status(context, values),
  }),
  command({
    name: 'cancel',
    description: 'Stop an execution',
    positionals: { id: EXECUTION_ID },
    examples: [['cancel 1234', '']],
    run:
      ({ id }) =>
      (context) =>
        cancel(context, id),
  }),
  command({
    name: 'history',
    description: 'List executions, newest first',
    options: {
      proc: { kind: 'text', description: 'Only of this proc', completes: 'proc' },
      user: { kind: 'text', description: 'Only of this user (email)' },
      mine: { kind: 'flag', description: 'Only your own' },
      status: {
        kind: 'texts',
        completes: EXECUTION_STATUSES,
        description: 'Only in this status; separate several with commas or repeat the option',
      },
      schedule: { kind: 'text', description: 'Only of the schedule with this id' },
      since: SINCE,
      until: UNTIL,
      limit: LIMIT,
      all: ALL_PAGES,
    },
    examples: [
      ['history --mine --since 2h', ''],
      ['history --proc say-hello-world --status POD_FAILED --status TIMED_OUT', ''],
      ['history --all -o json', 'One object for each page, one a line'],
    ],
    run:
      ({ status: statuses, ...values }) =>
      (context) =>
        history(context, { ...values, statuses }),
  }),
];

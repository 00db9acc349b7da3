import { EXECUTION_STATUSES } from '@app/domain';
import { cancel } from '../commands/cancel.js';
import { execute } from '../commands/execute.js';
import { history } from '../commands/history.js';
import { logs } from '../commands/logs.js';
import { searchLog } from '../commands/search-log.js';
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
  command('execute', 'Run a proc and follow its log', {
    positionals: { proc: PROC, args: ARG_WORDS },
    options: { file: ARGS_FILE, detach: DETACH },
    examples: [
      ['execute say-hello-world SAMPLE_ARG_ONE=foo', ''],
      ['execute say-hello-world -f args.yaml "SAMPLE_ARG_TWO=two words"', ''],
      ['execute say-hello-world --detach', 'Print the id and exit'],
    ],
    run: (context, { proc, args, file, detach }) => execute(context, { proc, words: args, file, detach }),
  }),
  command('rerun', 'Run an execution again with the same arguments', {
    positionals: {
      id: EXECUTION_ID,
      args: { ...ARG_WORDS, description: 'NAME=value: arguments to replace (not secret ones)' },
    },
    options: { file: ARGS_FILE, detach: DETACH },
    examples: [
      ['rerun 1234', 'Uses the current version of the proc; your own secret arguments are reused'],
      ['rerun 1234 SAMPLE_ARG_ONE=other', 'With another value'],
      [
        'rerun 1234 -f secrets.yaml',
        "Secret arguments of another user's execution; without, you are prompted",
      ],
      ['rerun 1234 --detach', 'Print the new id and exit'],
    ],
    run: (context, { id, args, file, detach }) => rerun(context, { id, words: args, file, detach }),
  }),
  command('logs', 'Show the log of an execution and follow it to the end', {
    positionals: { id: EXECUTION_ID },
    options: {
      tail: { kind: 'text', alias: 'n', description: 'Start with the last N lines' },
      since: {
        kind: 'text',
        description: 'Start with lines printed after this time: 10m (ago) or 2026-01-31T10:00:00Z',
      },
      'no-follow': { kind: 'flag', description: 'Print the current lines and exit' },
      search: {
        kind: 'text',
        description: 'Print only the lines so far that have this text, with their numbers',
      },
    },
    examples: [
      ['logs 1234', ''],
      ['logs 1234 > log.txt', 'Write only the log to a file'],
      ['logs 1234 --tail 20 --no-follow', ''],
      ['logs 1234 --since 10m', ''],
      ['logs 1234 --search error', 'Search the whole log'],
    ],
    run: (context, { id, tail, since, search, 'no-follow': noFollow }) =>
      search === undefined
        ? logs(context, { id, tail, since, noFollow })
        : searchLog(context, id, { text: search, tail, since }),
  }),
  command('status', 'Show the status of an execution', {
    positionals: { id: EXECUTION_ID },
    options: {
      details: {
        kind: 'flag',
        description: 'Also show arguments (secret ones masked), attempts, and who started it from where',
      },
    },
    examples: [
      ['status 1234', ''],
      ['status 1234 --details', ''],
      ['status 1234 -o json', ''],
    ],
    run: status,
  }),
  command('cancel', 'Cancel an execution', {
    positionals: { id: EXECUTION_ID },
    examples: [['cancel 1234', '']],
    run: (context, { id }) => cancel(context, id),
  }),
  command('history', 'List executions, newest first', {
    options: {
      proc: { kind: 'text', description: 'Only executions of this proc', completes: 'proc' },
      user: { kind: 'text', description: 'Only executions of this user (email)' },
      mine: { kind: 'flag', description: 'Only your own executions' },
      status: {
        kind: 'texts',
        completes: EXECUTION_STATUSES,
        description: 'Only these statuses; separate with commas, or repeat the option',
      },
      schedule: { kind: 'text', description: 'Only executions of the schedule with this id' },
      since: SINCE,
      until: UNTIL,
      limit: LIMIT,
      all: ALL_PAGES,
    },
    examples: [
      ['history --mine --since 2h', ''],
      ['history --proc say-hello-world --status POD_FAILED --status TIMED_OUT', ''],
      ['history --all -o json', 'One JSON object per page, one per line'],
    ],
    run: (context, { status: statuses, ...values }) => history(context, { ...values, statuses }),
  }),
];

import type { Argv } from 'yargs';
import type { Run } from './context.js';
import { adminCommands } from './define/define-admin.js';
import { accountCommands } from './define/define-accounts.js';
import { executionCommands } from './define/define-executions.js';
import { notificationCommands } from './define/define-notifications.js';
import { procCommands } from './define/define-procs.js';
import { scheduleCommands } from './define/define-schedules.js';
import { setupCommands } from './define/define-setup.js';
import { workloadCommands } from './define/define-workloads.js';
import { EXIT_CODE_MEANINGS } from './output/exit-code.js';
import { buildParser } from './tree/build-parser.js';
import type { CommandTree, Options } from './tree/command-tree.js';
import type { Command } from './tree/command.js';

/** All commands, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  ...procCommands,
  ...executionCommands,
  ...scheduleCommands,
  ...notificationCommands,
  ...accountCommands,
  ...workloadCommands,
  ...adminCommands,
  ...setupCommands,
];

/** Options that every command accepts. */
export const GLOBAL_OPTIONS: Options = {
  output: {
    kind: 'text',
    alias: 'o',
    choices: ['text', 'json'],
    default: 'text',
    description: 'Output format: text for people, json for programs',
  },
};

/** The whole command tree as data, for shell completion and the generated documentation. */
export const COMMAND_TREE: CommandTree = { commands: COMMANDS, globalOptions: GLOBAL_OPTIONS };

/** Parsing runs nothing: the matched command's work is passed to `select`. */
export function defineCommands(select: (run: Run) => void): Argv {
  return buildParser(COMMANDS, GLOBAL_OPTIONS, select, {
    usage: '$0 COMMAND\n\nRun procs and follow their logs.',
    epilogue: exitCodes(),
  });
}

function exitCodes(): string {
  const lines = Object.entries(EXIT_CODE_MEANINGS).map(
    ([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`,
  );
  return ['Exit codes:', ...lines].join('\n');
}

import type { CliEnv } from './env.js';
import type { Printer } from './terminal/printer.js';
import type { CommandTree } from './tree/command-tree.js';

/** What every command gets. */
export interface Context {
  env: CliEnv;
  printer: Printer;
  /** Of the package. */
  version: string;
  stdin: NodeJS.ReadStream;
  /** All commands, for `completion`. */
  tree: CommandTree;
  /** Sets what Ctrl-C prints before the CLI exits: how to resume. Null: nothing. */
  onInterrupt: (advice: readonly string[] | null) => void;
}

/** A command's work; resolves to the exit code. */
export type Run = (context: Context) => Promise<number>;

/**
 * The command tree as data: what help, shell completion and the generated documentation read.
 *
 * Nothing here refers to the code that a command runs, so that a command can be given the tree.
 */
export interface CommandTree {
  /** In the order of the help. */
  commands: readonly CommandDescription[];
  /** Options that every command accepts. */
  globalOptions: Options;
}

export interface CommandDescription {
  name: string;
  /** One line: shown in the list of commands and at the top of the command's own help. */
  description: string;
  /** In their order on the command line. */
  positionals: Positionals;
  options: Options;
  /** A command line without `proctor`, and what it does (empty if that is obvious). */
  examples: ReadonlyArray<readonly [words: string, explanation: string]>;
  /** True: the command does something by itself. False: it only groups its subcommands. */
  isRunnable: boolean;
  subcommands: readonly CommandDescription[];
}

export type Positionals = Record<string, Positional>;
export type Options = Record<string, Option>;

export interface Positional {
  description: string;
  optional?: boolean;
  /** The last positional only: takes all remaining words. */
  many?: boolean;
  choices?: readonly string[];
  completes?: Completes;
}

export interface Option {
  /** `flag`: present or not; `text`: the last value wins; `texts`: every value counts. */
  kind: 'flag' | 'text' | 'texts';
  description: string;
  /** One letter. */
  alias?: string;
  required?: boolean;
  choices?: readonly string[];
  /** Of a `text`. */
  default?: string;
  completes?: Completes;
}

/** What the shell offers in this place besides `choices`: names of procs, paths, or these words. */
export type Completes = 'proc' | 'path' | readonly string[];

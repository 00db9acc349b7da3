import type { Run } from '../context.js';

/** What the shell offers for a word besides `choices`: names of procs, files and folders, or these. */
export type Completes = 'proc' | 'path' | readonly string[];

export interface Positional {
  describe: string;
  /** May be left out. */
  optional?: boolean;
  /** The last one only: takes all words that are left. */
  many?: boolean;
  choices?: readonly string[];
  completes?: Completes;
}

export interface Option {
  /** `flag`: present or not; `text`: the last one given counts; `texts`: all that are given. */
  kind: 'flag' | 'text' | 'texts';
  describe: string;
  /** One letter. */
  alias?: string;
  /** A command without it is refused. */
  required?: boolean;
  choices?: readonly string[];
  /** Of a `text`. */
  default?: string;
  completes?: Completes;
}

export type Positionals = Record<string, Positional>;
export type Options = Record<string, Option>;

type PositionalValue<P extends Positional> = P extends { many: true }
  ? readonly string[]
  : P extends { optional: true }
    ? string | undefined
    : string;

type OptionValue<O extends Option> = O extends { kind: 'flag' }
  ? boolean
  : O extends { kind: 'texts' }
    ? readonly string[]
    : O extends { required: true } | { default: string }
      ? string
      : string | undefined;

/** What was given on the command line, by the names in the declaration. */
export type Given<P extends Positionals, O extends Options> = {
  readonly [Name in keyof P]: PositionalValue<P[Name]>;
} & { readonly [Name in keyof O]: OptionValue<O[Name]> };

export interface CommandDeclaration<P extends Positionals, O extends Options> {
  name: string;
  /** One line for the list of commands. */
  describe: string;
  /** In their order. */
  positionals?: P;
  options?: O;
  /** Pairs of a command line (without `proctor`) and what it does. */
  examples: ReadonlyArray<readonly [words: string, explanation: string]>;
  /** Left out: a group, which needs one of its subcommands. */
  run?: (given: Given<P, O>) => Run;
  subcommands?: readonly Command[];
}

/** A command as the parser, help and the shells' completion see it. */
export interface Command extends CommandDeclaration<Positionals, Options> {
  positionals: Positionals;
  options: Options;
  subcommands: readonly Command[];
}

/** Declares a command; `run` sees what is given with the types that follow from the declaration. */
export function command<
  const P extends Positionals = Record<never, never>,
  const O extends Options = Record<never, never>,
>(declaration: CommandDeclaration<P, O>): Command {
  return {
    ...declaration,
    positionals: declaration.positionals ?? {},
    options: declaration.options ?? {},
    subcommands: declaration.subcommands ?? [],
    // The parser fills in exactly what is declared.
    run: declaration.run as Command['run'],
  };
}

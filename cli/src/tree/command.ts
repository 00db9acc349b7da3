import type { Run } from '../context.js';
import type { CommandDescription, Option, Options, Positional, Positionals } from './command-tree.js';

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

/** The values on the command line, by the names in the declaration. */
export type CommandValues<P extends Positionals, O extends Options> = {
  readonly [Name in keyof P]: PositionalValue<P[Name]>;
} & { readonly [Name in keyof O]: OptionValue<O[Name]> };

interface CommandDeclaration<P extends Positionals, O extends Options> {
  name: string;
  description: string;
  positionals?: P;
  options?: O;
  examples: CommandDescription['examples'];
  /** Left out: a group, which needs one of its subcommands. */
  run?: (values: CommandValues<P, O>) => Run;
  subcommands?: readonly Command[];
}

export interface Command extends CommandDescription {
  run: ((values: CommandValues<Positionals, Options>) => Run) | undefined;
  subcommands: readonly Command[];
}

/** Declares a command; the types of the values that `run` receives follow from the declaration. */
export function command<
  const P extends Positionals = Record<never, never>,
  const O extends Options = Record<never, never>,
>({ positionals, options, subcommands = [], run, ...declaration }: CommandDeclaration<P, O>): Command {
  return {
    ...declaration,
    positionals: positionals ?? {},
    options: options ?? {},
    isRunnable: run !== undefined,
    subcommands,
    // The parser passes exactly the declared values.
    run: run as Command['run'],
  };
}

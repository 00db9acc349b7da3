import type { Context } from '../context.js';
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
  positionals?: P;
  options?: O;
  examples: CommandDescription['examples'];
  /** Resolves to the exit code. Left out: a group, which needs one of its subcommands. */
  run?: (context: Context, values: CommandValues<NoInfer<P>, NoInfer<O>>) => Promise<number>;
  subcommands?: readonly Command[];
}

export interface Command extends CommandDescription {
  run: ((context: Context, values: CommandValues<Positionals, Options>) => Promise<number>) | undefined;
  subcommands: readonly Command[];
}

/** Declares a command: its name, one line of help, and the rest. The types of the values that `run` receives follow. */
export function command<
  const P extends Positionals = Record<never, never>,
  const O extends Options = Record<never, never>,
>(
  name: string,
  description: string,
  { positionals, options, examples, run, subcommands = [] }: CommandDeclaration<P, O>,
): Command {
  return {
    name,
    description,
    examples,
    positionals: positionals ?? {},
    options: options ?? {},
    isRunnable: run !== undefined,
    subcommands,
    // The parser passes exactly the declared values.
    run: run as Command['run'],
  };
}

import type { Command, Completes, Option, Options } from '../tree/command.js';

/** All commands with what each of them takes: what a shell's script is made of. */
export interface CommandTree {
  commands: readonly Command[];
  globalOptions: Options;
}

/** What may be typed in one place: `proc`, `path`, `none` (anything, nothing is offered) or `=` and words. */
export type ValueKind = string;

export interface OptionEntry {
  /** With their dashes. */
  names: readonly string[];
  describe: string;
  /** Null: it takes none. */
  value: ValueKind | null;
}

export interface CommandEntry {
  /** Words after `proctor`; empty for `proctor` itself. */
  path: string;
  commands: ReadonlyArray<{ name: string; describe: string }>;
  options: readonly OptionEntry[];
  positionals: ReadonlyArray<{ many: boolean; value: ValueKind }>;
}

const HELP: OptionEntry = { names: ['--help', '-h'], describe: 'Show help', value: null };

/** One entry for `proctor` and for each command, in the order of the tree. */
export function completionTable({ commands, globalOptions }: CommandTree): CommandEntry[] {
  const everywhere = [...optionEntries(globalOptions), HELP];
  const entryOf = (path: string, { positionals, options, subcommands }: TreeNode): CommandEntry => ({
    path,
    commands: subcommands.map(({ name, describe }) => ({ name, describe })),
    options: [...optionEntries(options), ...everywhere],
    positionals: Object.values(positionals).map(({ many = false, choices, completes }) => ({
      many,
      value: kindOf(choices ?? completes),
    })),
  });
  const below = (path: string, command: Command): CommandEntry[] => [
    entryOf(path, command),
    ...command.subcommands.flatMap((one) => below(`${path} ${one.name}`, one)),
  ];
  return [
    entryOf('', { positionals: {}, options: {}, subcommands: commands }),
    ...commands.flatMap((one) => below(one.name, one)),
  ];
}

type TreeNode = Pick<Command, 'positionals' | 'options' | 'subcommands'>;

function optionEntries(options: Options): OptionEntry[] {
  return Object.entries(options).map(
    ([name, { alias, describe, kind, choices, completes }]: [string, Option]) => ({
      names: [`--${name}`, ...(alias === undefined ? [] : [`-${alias}`])],
      describe,
      value: kind === 'flag' ? null : kindOf(choices ?? completes),
    }),
  );
}

function kindOf(completes: Completes | undefined): ValueKind {
  if (completes === undefined) return 'none';
  return typeof completes === 'string' ? completes : `=${completes.join(' ')}`;
}

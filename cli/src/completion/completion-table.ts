import type { CommandDescription, CommandTree, Completes, Option, Options } from '../tree/command-tree.js';

/** What the shell offers at one position: `proc`, `path`, `none` (anything may be typed) or `=` and the words. */
export type ValueKind = string;

export interface OptionEntry {
  /** With their dashes. */
  names: readonly string[];
  description: string;
  /** Null: the option takes no value. */
  value: ValueKind | null;
}

export interface CommandEntry {
  /** Words after `proctor`; empty for `proctor` itself. */
  path: string;
  commands: ReadonlyArray<{ name: string; description: string }>;
  options: readonly OptionEntry[];
  positionals: ReadonlyArray<{ many: boolean; value: ValueKind }>;
}

const HELP: OptionEntry = { names: ['--help', '-h'], description: 'Show help', value: null };

/** One entry for `proctor` and for each command, in the order of the tree. */
export function completionTable({ commands, globalOptions }: CommandTree): CommandEntry[] {
  const everywhere = [...optionEntries(globalOptions), HELP];
  const entryOf = (path: string, { positionals, options, subcommands }: TreeNode): CommandEntry => ({
    path,
    commands: subcommands.map(({ name, description }) => ({ name, description })),
    options: [...optionEntries(options), ...everywhere],
    positionals: Object.values(positionals).map(({ many = false, choices, completes }) => ({
      many,
      value: kindOf(choices ?? completes),
    })),
  });
  const below = (path: string, command: CommandDescription): CommandEntry[] => [
    entryOf(path, command),
    ...command.subcommands.flatMap((one) => below(`${path} ${one.name}`, one)),
  ];
  return [
    entryOf('', { positionals: {}, options: {}, subcommands: commands }),
    ...commands.flatMap((one) => below(one.name, one)),
  ];
}

type TreeNode = Pick<CommandDescription, 'positionals' | 'options' | 'subcommands'>;

function optionEntries(options: Options): OptionEntry[] {
  return Object.entries(options).map(
    ([name, { alias, description, kind, choices, completes }]: [string, Option]) => ({
      names: [`--${name}`, ...(alias === undefined ? [] : [`-${alias}`])],
      description,
      value: kind === 'flag' ? null : kindOf(choices ?? completes),
    }),
  );
}

function kindOf(completes: Completes | undefined): ValueKind {
  if (completes === undefined) return 'none';
  return typeof completes === 'string' ? completes : `=${completes.join(' ')}`;
}

import type { Option } from '../../cli/src/tree/command-tree.js';
import { code, sentence, table, wrap } from './text.js';

/** What this page shows of a command of cli/src/tree/command-tree.ts. */
export interface ShownCommand {
  name: string;
  description: string;
  positionals: Readonly<
    Record<string, { description: string; optional?: boolean; many?: boolean; choices?: readonly string[] }>
  >;
  options: Readonly<Record<string, ShownOption>>;
  examples: ReadonlyArray<readonly [words: string, explanation: string]>;
  isRunnable: boolean;
  subcommands: readonly ShownCommand[];
}

type ShownOption = Omit<Option, 'completes'>;

export interface ShownCli {
  commands: readonly ShownCommand[];
  globalOptions: Readonly<Record<string, ShownOption>>;
  /** By exit code. */
  exitCodes: Readonly<Record<string, string>>;
}

interface Placed {
  /** Without `proctor`. */
  path: string;
  command: ShownCommand;
}

/** The generated part of docs/cli.md. Pure. */
export function renderCli({ commands, globalOptions, exitCodes }: ShownCli): string {
  const placed = placeAll(commands);
  return [
    '## Commands',
    table(
      ['command', 'what it does'],
      placed.map(({ path, command }) => [`[${code(path)}](#${anchorOf(path)})`, command.description]),
    ),
    '## Options of every command',
    optionTable({ ...globalOptions, help: { kind: 'flag', alias: 'h', description: 'Show help' } }),
    '## Exit codes',
    table(['code', 'meaning'], Object.entries(exitCodes)),
    ...placed.map(renderCommand),
  ].join('\n\n');
}

/** All commands with their full names, groups before their subcommands. */
function placeAll(commands: readonly ShownCommand[], parent = ''): Placed[] {
  return commands.flatMap((command) => {
    const path = `${parent}${command.name}`;
    return [{ path, command }, ...placeAll(command.subcommands, `${path} `)];
  });
}

/** Names of all commands with their subcommands, such as `schedule list`. */
export const namesOf = (commands: readonly ShownCommand[]): string[] =>
  placeAll(commands).map(({ path }) => path);

const anchorOf = (path: string): string => `proctor-${path.replaceAll(' ', '-')}`;

function renderCommand({ path, command }: Placed): string {
  const { description, positionals, options, examples, subcommands, isRunnable } = command;
  const places = Object.entries(positionals);
  return [
    `### ${code(`proctor ${path}`)}`,
    wrap(sentence(description)),
    ...(isRunnable
      ? [
          `\`\`\`console\n$ proctor ${[path, ...places.map(showPlace), ...requiredOptions(options)].join(' ')}\n\`\`\``,
        ]
      : []),
    ...(subcommands.length > 0
      ? [
          wrap(
            `Subcommands: ${subcommands.map(({ name }) => `[${code(name)}](#${anchorOf(`${path} ${name}`)})`).join(', ')}.`,
          ),
        ]
      : []),
    ...(places.length > 0
      ? [
          table(
            ['argument', 'meaning'],
            places.map(([name, place]) => [code(name.toUpperCase()), describePlace(place)]),
          ),
        ]
      : []),
    ...(Object.keys(options).length > 0 ? [optionTable(options)] : []),
    ...(examples.length > 0
      ? [`Examples:\n\n\`\`\`sh\n${examples.map(showExample).join('\n')}\n\`\`\``]
      : []),
  ].join('\n\n');
}

function showPlace([name, { optional, many }]: [string, { optional?: boolean; many?: boolean }]): string {
  const word = `${name.toUpperCase()}${many ? '…' : ''}`;
  return optional ? `[${word}]` : word;
}

const requiredOptions = (options: ShownCommand['options']): string[] =>
  Object.entries(options)
    .filter(([, { required }]) => required)
    .map(([name]) => `--${name} ${valueName(name)}`);

const valueName = (name: string): string => name.toUpperCase().replaceAll('-', '_');

const describePlace = ({
  description,
  choices,
}: {
  description: string;
  choices?: readonly string[];
}): string => description + (choices ? ` (${choices.join(', ')})` : '');

function optionTable(options: ShownCommand['options']): string {
  return table(
    ['option', 'meaning'],
    Object.entries(options).map(([name, option]) => [showOption(name, option), describeOption(option)]),
  );
}

function showOption(name: string, { kind, alias }: ShownOption): string {
  const value = kind === 'flag' ? '' : ` ${valueName(name)}`;
  return code(`${alias ? `-${alias}, ` : ''}--${name}${value}`);
}

function describeOption({ description, choices, default: value, required }: ShownOption): string {
  const notes = [
    ...(choices ? [choices.join(', ')] : []),
    ...(value !== undefined ? [`default ${value}`] : []),
    ...(required ? ['required'] : []),
  ];
  return description + (notes.length > 0 ? ` (${notes.join('; ')})` : '');
}

const showExample = ([words, explanation]: readonly [string, string]): string =>
  `${explanation ? `# ${explanation}\n` : ''}proctor ${words}`;

import yargs, { type Argv } from 'yargs';
import type { Run } from '../context.js';
import type { Option, Positional } from './command-tree.js';
import type { Command } from './command.js';

export interface ParserTexts {
  usage: string;
  epilogue: string;
}

type ParsedWords = Record<string, unknown> & { _: ReadonlyArray<string | number> };

/** Builds a parser for these commands. Parsing runs nothing: the matched command's work is passed to `select`. */
export function buildParser(
  commands: readonly Command[],
  globalOptions: Readonly<Record<string, Option>>,
  select: (run: Run) => void,
  { usage, epilogue }: ParserTexts,
): Argv {
  const parser = yargs()
    .scriptName('proctor')
    .usage(usage)
    .exitProcess(false)
    .fail(false)
    .detectLocale(false)
    .version(false)
    .help('help', 'Show help')
    .alias('help', 'h')
    .parserConfiguration({
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'dot-notation': false,
      'camel-case-expansion': false,
      'boolean-negation': false,
    });
  for (const [name, option] of Object.entries(globalOptions)) addOption(parser, name, option, true);
  for (const command of commands) addCommand(parser, command, 1, select);
  return parser.strictCommands().strict().demandCommand(1, 'No command given').epilogue(epilogue);
}

function addCommand(parser: Argv, command: Command, depth: number, select: (run: Run) => void): void {
  const { run, positionals, options } = command;
  parser.command(
    [command.name, ...placeholdersOf(command)].join(' '),
    command.description,
    (y) => {
      for (const [name, positional] of Object.entries(positionals)) addPositional(y, name, positional);
      for (const [name, option] of Object.entries(options)) addOption(y, name, option, false);
      for (const subcommand of command.subcommands) addCommand(y, subcommand, depth + 1, select);
      for (const [words, explanation] of command.examples) y.example(`$0 ${words}`, explanation);
      return run ? y : y.demandCommand(1, `\`proctor ${command.name}\` needs a subcommand`);
    },
    (argv) => {
      if (!run) return;
      const values = readValues(command, argv, depth);
      select((context) => run(context, values));
    },
  );
}

/** yargs demands what is in `<>` for subcommands too: for a command that has some, `readValues` checks it. */
function placeholdersOf({ positionals, subcommands }: Command): string[] {
  return Object.entries(positionals).map(([name, { optional = false, many = false }]) => {
    const dots = many ? '..' : '';
    return optional || subcommands.length > 0 ? `[${name}${dots}]` : `<${name}${dots}>`;
  });
}

function addPositional(y: Argv, name: string, { description, choices, many }: Positional): void {
  y.positional(name, {
    type: 'string',
    describe: description,
    ...(many && { array: true }),
    ...(choices && { choices }),
  });
}

function addOption(
  y: Argv,
  name: string,
  { kind, description, alias, required, choices, default: value }: Option,
  global: boolean,
): void {
  const shape =
    kind === 'flag' ? ({ type: 'boolean' } as const) : ({ type: 'string', requiresArg: true } as const);
  y.option(name, {
    ...shape,
    describe: description,
    global,
    ...(alias !== undefined && { alias }),
    ...(required && { demandOption: true }),
    ...(choices && { choices }),
    ...(value !== undefined && { default: value }),
  });
}

function readValues({ positionals, options }: Command, argv: ParsedWords, depth: number) {
  const read: Record<string, never> = {};
  const put = (name: string, value: string | boolean | undefined | readonly string[]) =>
    (read[name] = value as never);
  for (const [name, { many, optional }] of Object.entries(positionals)) {
    if (!optional && argv[name] === undefined) throw new Error(`Missing argument: ${name.toUpperCase()}`);
    // yargs keeps the words after a `--` in `_`.
    put(name, many ? [...listOf(argv[name]), ...argv._.slice(depth).map(String)] : listOf(argv[name]).at(-1));
  }
  for (const [name, { kind }] of Object.entries(options)) {
    const values = listOf(argv[name]);
    put(name, kind === 'texts' ? values : kind === 'flag' ? values.at(-1) === 'true' : values.at(-1));
  }
  return read;
}

/** yargs returns an array for an option given twice, and undefined for an omitted one. */
function listOf(value: unknown): string[] {
  return value === undefined ? [] : [value].flat().map(String);
}

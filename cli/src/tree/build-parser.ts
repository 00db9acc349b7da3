import yargs, { type Argv } from 'yargs';
import type { Run } from '../context.js';
import type { Command, Option, Positional } from './command.js';

export interface ParserTexts {
  usage: string;
  epilogue: string;
}

type Words = Record<string, unknown> & { _: ReadonlyArray<string | number> };

/** A parser of these commands. Parsing runs nothing: what the command found wants to do is handed to `select`. */
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
  for (const one of commands) addCommand(parser, one, 1, select);
  return parser.strictCommands().strict().demandCommand(1, 'A command is missing').epilogue(epilogue);
}

function addCommand(parser: Argv, declared: Command, depth: number, select: (run: Run) => void): void {
  const { run, positionals, options } = declared;
  parser.command(
    [declared.name, ...placesOf(declared)].join(' '),
    declared.describe,
    (y) => {
      for (const [name, one] of Object.entries(positionals)) addPositional(y, name, one);
      for (const [name, option] of Object.entries(options)) addOption(y, name, option, false);
      for (const one of declared.subcommands) addCommand(y, one, depth + 1, select);
      for (const [words, explanation] of declared.examples) y.example(`$0 ${words}`, explanation);
      return run ? y : y.demandCommand(1, `\`proctor ${declared.name}\` needs one of its commands`);
    },
    (argv) => {
      if (run) select(run(readGiven(declared, argv, depth)));
    },
  );
}

/** yargs demands what is in `<>` of the subcommands too: where there are some, it is checked by `readGiven`. */
function placesOf({ positionals, subcommands }: Command): string[] {
  return Object.entries(positionals).map(([name, { optional = false, many = false }]) => {
    const dots = many ? '..' : '';
    return optional || subcommands.length > 0 ? `[${name}${dots}]` : `<${name}${dots}>`;
  });
}

function addPositional(y: Argv, name: string, { describe, choices, many }: Positional): void {
  y.positional(name, {
    type: 'string',
    describe,
    ...(many && { array: true }),
    ...(choices && { choices }),
  });
}

function addOption(
  y: Argv,
  name: string,
  { kind, describe, alias, required, choices, default: value }: Option,
  global: boolean,
): void {
  const shape =
    kind === 'flag' ? ({ type: 'boolean' } as const) : ({ type: 'string', requiresArg: true } as const);
  y.option(name, {
    ...shape,
    describe,
    global,
    ...(alias !== undefined && { alias }),
    ...(required && { demandOption: true }),
    ...(choices && { choices }),
    ...(value !== undefined && { default: value }),
  });
}

function readGiven({ positionals, options }: Command, argv: Words, depth: number) {
  const given: Record<string, never> = {};
  const put = (name: string, value: string | boolean | undefined | readonly string[]) =>
    (given[name] = value as never);
  for (const [name, { many, optional }] of Object.entries(positionals)) {
    if (!optional && argv[name] === undefined) throw new Error('Not enough non-option arguments');
    // What follows a `--` is in `_` and not among the rest.
    put(name, many ? [...listOf(argv[name]), ...argv._.slice(depth).map(String)] : listOf(argv[name]).at(-1));
  }
  for (const [name, { kind }] of Object.entries(options)) {
    const values = listOf(argv[name]);
    put(name, kind === 'texts' ? values : kind === 'flag' ? values.at(-1) === 'true' : values.at(-1));
  }
  return given;
}

/** An option given twice is an array to yargs, one not given undefined. */
function listOf(value: unknown): string[] {
  return value === undefined ? [] : [value].flat().map(String);
}

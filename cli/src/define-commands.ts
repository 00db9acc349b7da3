import yargs, { type Argv } from 'yargs';
import { cancel } from './commands/cancel.js';
import { describe } from './commands/describe.js';
import { execute } from './commands/execute.js';
import { list } from './commands/list.js';
import { logs } from './commands/logs.js';
import { showConfig } from './commands/show-config.js';
import { status } from './commands/status.js';
import { template } from './commands/template.js';
import { version } from './commands/version.js';
import { writeConfig } from './commands/write-config.js';
import type { Run } from './context.js';
import { EXIT_CODE_MEANINGS } from './output/exit-code.js';

export const COMMAND_NAMES = [
  'config',
  'list',
  'describe',
  'execute',
  'logs',
  'status',
  'cancel',
  'template',
  'version',
  'help',
] as const;

/**
 * The commands, their options and help. Parsing runs nothing: the command found is handed to `select`, the topic of
 * `help` to `help`.
 */
export function defineCommands(select: (run: Run) => void, help: (topic: readonly string[]) => void): Argv {
  const text = { type: 'string', requiresArg: true } as const;
  return yargs()
    .scriptName('proctor')
    .usage('$0 COMMAND\n\nExecutes procs and shows their logs.')
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
    })
    .option('output', {
      alias: 'o',
      ...text,
      choices: ['text', 'json'],
      default: 'text',
      coerce: last,
      describe: 'text for people, json for programs',
    })
    .command(
      'config [settings..]',
      'Set the gateway, your email and access token',
      (y) =>
        y
          .positional('settings', {
            type: 'string',
            array: true,
            describe: "KEY=value, v2's form",
            default: [],
          })
          .option('host', { ...text, coerce: last, describe: "The gateway's host:port or URL" })
          .option('email', { ...text, coerce: last, describe: 'Your email' })
          .option('token-file', { ...text, coerce: last, describe: 'File with the access token' })
          .option('yes', {
            type: 'boolean',
            alias: 'y',
            default: false,
            describe: 'Overwrite without asking',
          })
          .command('show', 'Show the configuration that counts, without the token', {}, () =>
            select(showConfig),
          )
          .example('$0 config --host localhost:8080 --email me@example.com', 'Asks for the token')
          .example('$0 config --host HOST --email EMAIL < token.txt', 'The token on standard input')
          .example('$0 config show', 'What counts, and where it comes from'),
      (argv) =>
        select((context) =>
          writeConfig(context, {
            host: argv.host,
            email: argv.email,
            tokenFile: argv['token-file'],
            words: argv.settings,
            yes: argv.yes,
          }),
        ),
    )
    .command(
      'list',
      'List the procs that you may execute',
      (y) => y.example('$0 list', ''),
      () => select(list),
    )
    .command(
      'describe <proc>',
      'Show what a proc does and which args it takes',
      (y) => proc(y).example('$0 describe say-hello-world', ''),
      (argv) => select((context) => describe(context, argv.proc)),
    )
    .command(
      'execute <proc> [args..]',
      'Execute a proc and follow its log',
      (y) =>
        proc(y)
          .positional('args', { type: 'string', array: true, describe: 'NAME=value', default: [] })
          .option('file', {
            ...text,
            alias: 'f',
            coerce: last,
            describe: 'YAML file of args; NAME=value wins over it',
          })
          .example('$0 execute say-hello-world SAMPLE_ARG_ONE=foo', '')
          .example('$0 execute say-hello-world -f args.yaml "SAMPLE_ARG_TWO=two words"', ''),
      (argv) => {
        // What follows a `--` is here and not among the args.
        const words = [...argv.args, ...argv._.slice(1).map(String)];
        select((context) => execute(context, { proc: argv.proc, words, file: argv.file }));
      },
    )
    .command(
      'logs <id>',
      'Show the log of an execution, live until it ends',
      (y) =>
        id(y)
          .example('$0 logs 1234', '')
          .example('$0 logs 1234 > log.txt', 'Nothing but the log in the file'),
      (argv) => select((context) => logs(context, argv.id)),
    )
    .command(
      'status <id>',
      'Show how an execution is doing or how it ended',
      (y) => id(y).example('$0 status 1234', '').example('$0 status 1234 -o json', ''),
      (argv) => select((context) => status(context, argv.id)),
    )
    .command(
      'cancel <id>',
      'Stop an execution',
      (y) => id(y).example('$0 cancel 1234', ''),
      (argv) => select((context) => cancel(context, argv.id)),
    )
    .command(
      'template <proc> <file>',
      "Write a YAML file of a proc's args, for execute -f",
      (y) =>
        proc(y)
          .positional('file', { type: 'string', demandOption: true })
          .option('yes', {
            type: 'boolean',
            alias: 'y',
            default: false,
            describe: 'Overwrite without asking',
          })
          .example('$0 template say-hello-world args.yaml', ''),
      (argv) => select((context) => template(context, { proc: argv.proc, file: argv.file, yes: argv.yes })),
    )
    .command(
      'version',
      "Show the CLI's and the gateway's version",
      (y) => y.example('$0 version -o json', ''),
      () => select(version),
    )
    .command(
      'help [topic..]',
      'Show help, with examples for a command',
      (y) =>
        y.positional('topic', { type: 'string', array: true, default: [] }).example('$0 help execute', ''),
      (argv) => help(argv.topic),
    )
    .strictCommands()
    .strict()
    .demandCommand(1, 'A command is missing')
    .epilogue(exitCodes());
}

function proc(y: Argv) {
  return y.positional('proc', { type: 'string', demandOption: true, describe: 'Name of the proc' });
}

function id(y: Argv) {
  return y.positional('id', { type: 'string', demandOption: true, describe: 'Id of the execution' });
}

/** An option given twice: the last one counts. */
function last(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.at(-1) : value;
}

function exitCodes(): string {
  const lines = Object.entries(EXIT_CODE_MEANINGS).map(
    ([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`,
  );
  return ['Exit codes:', ...lines].join('\n');
}

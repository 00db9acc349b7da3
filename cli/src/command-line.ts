import { AppError, nearestWord } from '@app/domain';
import type { Run } from './context.js';
import { COMMANDS, GLOBAL_OPTIONS, defineCommands } from './define-commands.js';
import type { Command } from './tree/command.js';

/** A parsed command line. */
export type Request = { kind: 'run'; json: boolean; run: Run } | { kind: 'help'; text: string };

/** Parses the command line; runs nothing. Throws `malformed_request` for an invalid one. */
export async function parseCommandLine(words: readonly string[], columns: number): Promise<Request> {
  if (words.length === 0) return await parseCommandLine(['--help'], columns);
  const selection: { run: Run | null } = { run: null };
  const helpTopic = words[0] === 'help' && !words.some(isHelpOption) ? words.slice(1) : null;
  if (helpTopic) return await parseCommandLine([...checkTopic(helpTopic), '--help'], columns);
  const parser = defineCommands((run) => (selection.run = run)).wrap(Math.min(columns, 100));

  let helpText = '';
  let json: boolean;
  try {
    const argv = await parser.parseAsync([...words], {}, (_error, _argv, output) => {
      helpText = output;
    });
    json = [argv['output']].flat().at(-1) === 'json';
  } catch (error) {
    throw invalidCommandLine((error as Error).message, words);
  }
  if (helpText !== '') return { kind: 'help', text: `${helpText}\n` };
  if (!selection.run)
    throw new AppError('malformed_request', 'No command given.', { hint: 'See `proctor help`.' });
  return { kind: 'run', json, run: selection.run };
}

/** Whether an invalid command line asks for errors as JSON. */
export function wantsJson(words: readonly string[]): boolean {
  return words.some(
    (word, index) =>
      /^(--output|-o)=?json$/.test(word) || (/^(--output|-o)$/.test(word) && words[index + 1] === 'json'),
  );
}

/** Throws for a topic that is not a command. */
function checkTopic(topic: readonly string[]): readonly string[] {
  let commands = COMMANDS;
  for (const word of topic) {
    const found = commands.find(({ name }) => name === word);
    if (!found) throw invalidCommandLine(`Unknown command: ${word}`, topic);
    commands = found.subcommands;
  }
  return topic;
}

function invalidCommandLine(parserMessage: string, words: readonly string[]): AppError {
  const { path, command } = knownCommand(words);
  const message = rephrase(parserMessage, command);
  const nearest = nearestOption(message, command) ?? nearestCommand(words, { path, command });
  const help = command ? `See \`proctor help ${path.join(' ')}\` for examples.` : 'See `proctor help`.';
  return new AppError('malformed_request', `${message}.`, {
    hint: nearest === null ? help : `Did you mean \`${nearest}\`? ${help}`,
  });
}

/** The option that is most similar to the first unknown one in the message. */
function nearestOption(message: string, command: Command | null): string | null {
  const option = /^Unknown options?: --([^\s,]+)/.exec(message)?.[1];
  const options = Object.keys({ ...command?.options, ...GLOBAL_OPTIONS, help: null });
  const nearest = option === undefined ? null : nearestWord(option, options);
  return nearest && `--${nearest}`;
}

/** The command that is most similar to the first word that is none. */
function nearestCommand(words: readonly string[], { path, command }: KnownCommand): string | null {
  const names = (command?.subcommands ?? COMMANDS).map(({ name }) => name);
  // Before any command, `--version` is meant as one.
  const word = words[path.length]?.replace(/^--/, command ? '--' : '') ?? '';
  const nearest = nearestWord(word, names);
  return nearest && ['proctor', ...path, nearest].join(' ');
}

/** yargs' messages in the CLI's words. */
function rephrase(message: string, command: Command | null): string {
  const missing = /^Not enough non-option arguments: got (\d+)/.exec(message);
  if (missing && command) {
    const names = Object.entries(command.positionals).filter(([, { optional }]) => !optional);
    return list(
      'Missing argument',
      names.slice(Number(missing[1])).map(([name]) => name.toUpperCase()),
    );
  }
  const options = /^Missing required arguments?: (.*)$/.exec(message);
  if (options?.[1])
    return list(
      'Missing option',
      options[1].split(', ').map((name) => `--${name}`),
    );
  const value = /Argument: ([\w-]+), Given: (.*), Choices: (.*)/.exec(message);
  if (value) return `Invalid value for ${value[1]}: expected one of ${value[3]}; got ${value[2]}`;
  const unknown = /^Unknown arguments?: (.*)$/.exec(message);
  if (unknown?.[1])
    return list(
      'Unknown option',
      unknown[1].split(', ').map((name) => (name.length === 1 ? `-${name}` : `--${name}`)),
    );
  const takesWords = command !== null && command.subcommands.length === 0;
  return message
    .replace(/^Not enough arguments following: (.*)$/, 'Option $1 needs a value')
    .replace(/^Unknown commands?:/, takesWords ? 'Unexpected argument:' : 'Unknown command:')
    .trim();
}

function list(what: string, names: readonly string[]): string {
  return `${what}${names.length === 1 ? '' : 's'}: ${names.join(', ')}`;
}

interface KnownCommand {
  path: string[];
  command: Command | null;
}

/** The leading words that name a command and its subcommand, and the last of these commands. */
function knownCommand(words: readonly string[]): KnownCommand {
  const path: string[] = [];
  let command: Command | null = null;
  let commands = COMMANDS;
  for (const word of words) {
    const found = commands.find(({ name }) => name === word);
    if (!found) break;
    path.push(word);
    command = found;
    commands = found.subcommands;
  }
  return { path, command };
}

function isHelpOption(word: string): boolean {
  return word === '--help' || word === '-h';
}

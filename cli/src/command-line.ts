import { AppError } from '@app/domain';
import type { Run } from './context.js';
import { COMMANDS, defineCommands } from './define-commands.js';

/** What the words on the command line ask for. */
export type Request = { kind: 'run'; json: boolean; run: Run } | { kind: 'help'; text: string };

/** Parses the command line; runs nothing. Throws `malformed_request` for anything that can't be understood. */
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
    throw misunderstood((error as Error).message, words);
  }
  if (helpText !== '') return { kind: 'help', text: `${helpText}\n` };
  if (!selection.run)
    throw new AppError('malformed_request', 'No command given.', { hint: 'See `proctor help`.' });
  return { kind: 'run', json, run: selection.run };
}

/** Whether errors are to be JSON where the command line can't be understood. */
export function wantsJson(words: readonly string[]): boolean {
  return words.some(
    (word, index) =>
      /^(--output|-o)=?json$/.test(word) || (/^(--output|-o)$/.test(word) && words[index + 1] === 'json'),
  );
}

/** Throws for a topic that is no command; the words of a subcommand are taken as they are typed. */
function checkTopic(topic: readonly string[]): readonly string[] {
  let commands = COMMANDS;
  for (const word of topic) {
    const found = commands.find(({ name }) => name === word);
    if (!found) throw misunderstood(`Unknown command: ${topic.join(' ')}`, []);
    commands = found.subcommands;
  }
  return topic;
}

function misunderstood(parserMessage: string, words: readonly string[]): AppError {
  const known = knownWords(words);
  const message = parserMessage
    .replace(/^Not enough non-option arguments.*/s, 'Something is missing after the command')
    .replace(/^Unknown command:/, known.length > 0 ? 'Unexpected word:' : 'Unknown command:')
    .replace(/^Missing required arguments?: /, 'Options are missing: --')
    .replace(/^(Options are missing: .*)$/, (line) => line.replace(/, /g, ', --'))
    .trim();
  return new AppError('malformed_request', `${message}.`, {
    hint:
      known.length > 0 ? `See \`proctor help ${known.join(' ')}\`, with examples.` : 'See `proctor help`.',
  });
}

/** The leading words that name a command and its subcommand. */
function knownWords(words: readonly string[]): string[] {
  const known: string[] = [];
  let commands = COMMANDS;
  for (const word of words) {
    const found = commands.find(({ name }) => name === word);
    if (!found) break;
    known.push(word);
    commands = found.subcommands;
  }
  return known;
}

function isHelpOption(word: string): boolean {
  return word === '--help' || word === '-h';
}

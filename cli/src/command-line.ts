import { AppError } from '@app/domain';
import type { Run } from './context.js';
import { COMMAND_NAMES, defineCommands } from './define-commands.js';

/** What the words on the command line ask for. */
export type Request = { kind: 'run'; json: boolean; run: Run } | { kind: 'help'; text: string };

/** Parses the command line; runs nothing. Throws `malformed_request` for anything that can't be understood. */
export async function parseCommandLine(words: readonly string[], columns: number): Promise<Request> {
  if (words.length === 0) return await parseCommandLine(['--help'], columns);
  const selection: { run: Run | null; helpTopic: readonly string[] | null } = { run: null, helpTopic: null };
  const parser = defineCommands(
    (run) => (selection.run = run),
    (topic) => (selection.helpTopic = topic),
  ).wrap(Math.min(columns, 100));

  let helpText = '';
  let json: boolean;
  try {
    const argv = await parser.parseAsync([...words], {}, (_error, _argv, output) => {
      helpText = output;
    });
    json = argv['output'] === 'json';
  } catch (error) {
    throw misunderstood((error as Error).message, words);
  }
  if (helpText !== '') return { kind: 'help', text: `${helpText}\n` };
  if (selection.helpTopic) {
    const [topic] = selection.helpTopic;
    if (topic !== undefined && !isCommandName(topic)) throw misunderstood(`Unknown command: ${topic}`, []);
    return await parseCommandLine([...selection.helpTopic, '--help'], columns);
  }
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

function misunderstood(parserMessage: string, [command = '']: readonly string[]): AppError {
  const isKnown = isCommandName(command);
  const message = parserMessage
    .replace(/^Not enough non-option arguments.*/s, 'Something is missing after the command')
    .replace(/^Unknown command:/, isKnown ? 'Unexpected word:' : 'Unknown command:')
    .trim();
  return new AppError('malformed_request', `${message}.`, {
    hint: isKnown ? `See \`proctor help ${command}\`, with examples.` : 'See `proctor help`.',
  });
}

function isCommandName(word: string): boolean {
  return (COMMAND_NAMES as readonly string[]).includes(word);
}

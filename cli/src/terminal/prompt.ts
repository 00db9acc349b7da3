import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { AppError } from '@app/domain';
import { decodeText } from '../files/decode-text.js';

/** Prompts on standard error. Throws `malformed_request` if the input ends without an answer. */
export async function ask(question: string, stdin: NodeJS.ReadStream): Promise<string> {
  return await readAnswer(question, stdin, process.stderr, false);
}

/** Prompts without echoing the input. */
export async function askHidden(question: string, stdin: NodeJS.ReadStream): Promise<string> {
  process.stderr.write(question);
  const discard = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    return await readAnswer('', stdin, discard, true);
  } finally {
    process.stderr.write('\n');
  }
}

/** True only for `y` or `yes`. */
export async function confirm(question: string, stdin: NodeJS.ReadStream): Promise<boolean> {
  return /^y(es)?$/i.test((await ask(`${question} [y/N] `, stdin)).trim());
}

/** The whole of standard input. Throws `too_large` beyond `maxBytes`, and as `decodeText` does. */
export async function readAll(stdin: NodeJS.ReadStream, maxBytes = 64 * 1024): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk as Buffer));
    bytes += chunks.at(-1)?.length ?? 0;
    if (bytes > maxBytes) throw new AppError('too_large', `Standard input is longer than ${maxBytes} bytes.`);
  }
  return decodeText(Buffer.concat(chunks), 'standard input');
}

/** `isHidden` false: the terminal itself shows and edits the line, so that nothing but the question is written to it. */
async function readAnswer(
  question: string,
  stdin: NodeJS.ReadStream,
  output: NodeJS.WritableStream,
  isHidden: boolean,
) {
  const lines = createInterface({ input: stdin, output, terminal: isHidden });
  const interrupted = new AbortController();
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  lines.once('close', () => interrupted.abort());
  try {
    return await lines.question(question, { signal: interrupted.signal });
  } catch (error) {
    throw new AppError('malformed_request', 'The input ended without an answer.', { cause: error });
  } finally {
    lines.close();
  }
}

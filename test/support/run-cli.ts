import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { PassThrough, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { run } from '../../cli/src/run.js';
import type { Output } from '../../cli/src/terminal/printer.js';

const PROCTOR = fileURLToPath(new URL('../../cli/bin/proctor.mjs', import.meta.url));

export interface CliResult {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** A stand-in for standard input: a text, or a terminal on which these lines are typed. */
export type Input = string | { typed: readonly string[] };

/** Runs the CLI in this process: faster, and with a fake terminal. */
export async function runCliHere(
  words: readonly string[],
  env: Record<string, string>,
  input: Input = '',
  onStderr: (soFar: string) => void = () => {},
): Promise<CliResult> {
  const output = { stdout: '', stderr: '' };
  const collect = (name: keyof typeof output) =>
    new Writable({
      write(chunk, _encoding, done) {
        output[name] += String(chunk);
        if (name === 'stderr') onStderr(output.stderr);
        done();
      },
    });
  const stdin = new PassThrough();
  if (typeof input === 'string') stdin.end(input);
  else {
    Object.assign(stdin, { isTTY: true });
    // One line per prompt: a prompt consumes everything that is there.
    let waiting = [...input.typed];
    stdin.on('resume', () => {
      const [line, ...rest] = waiting;
      waiting = rest;
      if (line !== undefined) setTimeout(() => stdin.write(`${line}\n`), 50);
    });
  }
  const exitCode = await run(words, {
    env,
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: collect('stdout') as unknown as Output,
    stderr: collect('stderr') as unknown as Output,
    version: '0.0.0',
    onInterrupt: () => {},
  });
  return { exitCode, ...output };
}

/** Starts the built CLI as a user would, with only this environment. */
export function startCli(
  words: readonly string[],
  env: Record<string, string>,
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [PROCTOR, ...words], { env: { PATH: process.env['PATH'] ?? '', ...env } });
}

/** Runs the CLI to its end with `input` on standard input. */
export async function runCli(
  words: readonly string[],
  env: Record<string, string>,
  input = '',
): Promise<CliResult> {
  const child = startCli(words, env);
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return await resultOf(child);
}

export async function resultOf(child: ChildProcessWithoutNullStreams): Promise<CliResult> {
  const result: CliResult = { exitCode: null, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (result.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (result.stderr += text));
  result.exitCode = await new Promise((resolve) => child.once('close', resolve));
  return result;
}

/** Resolves once the stream contains the text. */
export async function untilWritten(stream: NodeJS.ReadableStream, text: string): Promise<void> {
  let seen = '';
  await new Promise<void>((resolve, reject) => {
    stream.on('data', (chunk: unknown) => {
      seen += String(chunk);
      if (seen.includes(text)) resolve();
    });
    stream.once('close', () => reject(new Error(`ended without '${text}': ${seen}`)));
  });
}

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROCTOR = fileURLToPath(new URL('../../cli/bin/proctor.mjs', import.meta.url));

export interface CliResult {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Starts the built CLI as a user would, with this environment and nothing of ours. */
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

/** Resolves once the text was written. */
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

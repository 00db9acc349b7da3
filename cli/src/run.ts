import { parseCommandLine, wantsJson, type Request } from './command-line.js';
import { COMMAND_TREE } from './define-commands.js';
import { readEnv } from './env.js';
import { asAppError, renderError } from './output/render-error.js';
import { Printer, type Output } from './terminal/printer.js';

/** What the CLI has around it. */
export interface Surroundings {
  env: NodeJS.ProcessEnv;
  stdin: NodeJS.ReadStream;
  stdout: Output & { columns?: number };
  stderr: Output;
  /** The package's own version. */
  version: string;
  /** What is to be done and said on Ctrl-C. */
  onInterrupt: (handler: () => void) => void;
}

/** One run of the CLI with these words; resolves to the exit code. Every error becomes a line on standard error. */
export async function run(words: readonly string[], around: Surroundings): Promise<number> {
  const { stdin, stdout, stderr, version } = around;
  const reportError = (error: unknown, json: boolean): number => {
    const { text, exitCode } = renderError(asAppError(error), json);
    stderr.write(text);
    return exitCode;
  };

  let request: Request;
  try {
    request = await parseCommandLine(words, stdout.isTTY ? (stdout.columns ?? 80) : 100);
  } catch (error) {
    return reportError(error, wantsJson(words));
  }
  if (request.kind === 'help') {
    stdout.write(request.text);
    return 0;
  }

  const env = readEnv(around.env);
  const printer = new Printer({ stdout, stderr, json: request.json, noColor: env.noColor });
  let advice: readonly string[] | null = null;
  around.onInterrupt(() => {
    printer.stopWaiting();
    for (const line of advice ?? []) printer.warn(line);
  });
  try {
    const onInterrupt = (lines: readonly string[] | null) => (advice = lines);
    return await request.run({ env, printer, version, stdin, tree: COMMAND_TREE, onInterrupt });
  } catch (error) {
    printer.stopWaiting();
    return reportError(error, request.json);
  } finally {
    printer.stopWaiting();
  }
}

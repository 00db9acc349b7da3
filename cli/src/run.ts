import { parseCommandLine, wantsJson, type Request } from './command-line.js';
import { COMMAND_TREE } from './define-commands.js';
import { readEnv, type CliEnv } from './env.js';
import { asAppError, renderError } from './output/render-error.js';
import { Printer, type Output } from './terminal/printer.js';

/** What the CLI uses of its process. */
export interface CliProcess {
  env: NodeJS.ProcessEnv;
  stdin: NodeJS.ReadStream;
  stdout: Output & { columns?: number };
  stderr: Output;
  /** Of the package. */
  version: string;
  /** Registers the handler of Ctrl-C. */
  onInterrupt: (handler: () => void) => void;
}

/** Runs one command line; resolves to the exit code. Every error is reported on standard error. */
export async function run(words: readonly string[], cli: CliProcess): Promise<number> {
  const { stdin, stdout, stderr, version } = cli;
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

  let env: CliEnv;
  try {
    env = readEnv(cli.env);
  } catch (error) {
    return reportError(error, request.json);
  }
  const printer = new Printer({ stdout, stderr, json: request.json, noEscapes: env.noEscapes });
  let advice: readonly string[] | null = null;
  cli.onInterrupt(() => {
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

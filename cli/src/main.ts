import { readFileSync } from 'node:fs';
import { parseCommandLine, wantsJson, type Request } from './command-line.js';
import { readEnv } from './env.js';
import { Printer } from './terminal/printer.js';
import { asAppError, renderError } from './output/render-error.js';

const BROKEN_PIPE = 141;
const INTERRUPTED = 130;
const INTERNAL = 70;

async function main(words: readonly string[]): Promise<number> {
  const { stdin, stdout, stderr } = process;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE')
      stderr.write(`proctor: the output can't be written: ${error.code ?? error.message}\n`);
    process.exit(error.code === 'EPIPE' ? BROKEN_PIPE : INTERNAL);
  });
  // Nobody is left to be told.
  stderr.on('error', () => process.exit(BROKEN_PIPE));

  let request: Request;
  try {
    request = await parseCommandLine(words, stdout.isTTY ? stdout.columns : 100);
  } catch (error) {
    return reportError(error, wantsJson(words));
  }
  if (request.kind === 'help') {
    stdout.write(request.text);
    return 0;
  }

  const env = readEnv(process.env);
  const printer = new Printer({ stdout, stderr, json: request.json, noColor: env.noColor });
  let advice: readonly string[] | null = null;
  process.on('SIGINT', () => {
    printer.stopWaiting();
    for (const line of advice ?? []) printer.warn(line);
    process.exit(INTERRUPTED);
  });
  try {
    const onInterrupt = (lines: readonly string[] | null) => (advice = lines);
    return await request.run({ env, printer, version: readVersion(), stdin, onInterrupt });
  } catch (error) {
    printer.stopWaiting();
    return reportError(error, request.json);
  } finally {
    printer.stopWaiting();
  }
}

function reportError(error: unknown, json: boolean): number {
  const { text, exitCode } = renderError(asAppError(error), json);
  process.stderr.write(text);
  return exitCode;
}

/** The package's version; from dist/cli/src it is three folders up. */
function readVersion(): string {
  try {
    const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    return 'unknown';
  }
}

process.exitCode = await main(process.argv.slice(2));

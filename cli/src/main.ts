import { readFileSync } from 'node:fs';
import { run } from './run.js';

const BROKEN_PIPE = 141;
const INTERRUPTED = 130;
const INTERNAL = 70;

const { stdin, stdout, stderr, env } = process;
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE')
    stderr.write(`proctor: cannot write the output: ${error.code ?? error.message}\n`);
  process.exit(error.code === 'EPIPE' ? BROKEN_PIPE : INTERNAL);
});
// No stream is left to report to.
stderr.on('error', () => process.exit(BROKEN_PIPE));

/** package.json is three folders above dist/cli/src. */
function readVersion(): string {
  try {
    const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    return 'unknown';
  }
}

process.exitCode = await run(process.argv.slice(2), {
  env,
  stdin,
  stdout,
  stderr,
  version: readVersion(),
  onInterrupt: (handler) =>
    process.on('SIGINT', () => {
      handler();
      process.exit(INTERRUPTED);
    }),
});

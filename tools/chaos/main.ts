import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { prepareProject } from '../../scripts/lib/prepare-project.mjs';
import { green, red, say, showProgressOn } from '../../scripts/lib/progress.mjs';
import { proctorFolder } from '../../scripts/lib/project.mjs';
import { describeError, StartError } from '../../scripts/lib/start-error.mjs';
import { MEASURED_PAGE, renderMeasured, replaceMeasured } from './measured-waits.js';
import { CHAOS_HELP, describeCommand, parseChaosOptions, type ChaosOptions } from './options.js';
import type { ChaosResult } from './run-chaos.js';
import { renderSummary } from './render-summary.js';

const BAD_OPTIONS = 2;

/** `npm run chaos`. @returns the exit status */
export async function main(args: readonly string[]): Promise<number> {
  const options = parse(args);
  if (options === 'help') process.stdout.write(CHAOS_HELP);
  if (options === 'help') return 0;
  if (options === 'bad') return BAD_OPTIONS;
  if (options.output === 'json') showProgressOn(process.stderr);
  // Fails before the run, and not after it, if the page has no place for the table.
  if (options.writesDocs) replaceMeasured(readFileSync(MEASURED_PAGE, 'utf8'), '');
  await prepareProject();

  const stop = new AbortController();
  // Each fault and each client listens to it.
  setMaxListeners(0, stop.signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  say(describeCommand(options));
  // Imports the generated client, which prepareProject has just written.
  const { runChaos } = await import('./run-chaos.js');
  const result = await runChaos(options, stop.signal);
  if (result.folder === null) {
    rmSync(proctorFolder('chaos', String(options.seed)), { recursive: true, force: true });
  }
  report(options, result);
  if (options.writesDocs && result.violations.length === 0) writeDocs(result);
  return result.violations.length > 0 ? 1 : 0;
}

function parse(args: readonly string[]): ChaosOptions | 'help' | 'bad' {
  try {
    return parseChaosOptions(args, randomInt(2 ** 32)) ?? 'help';
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(`${describeError(error)}\n`);
    return 'bad';
  }
}

function writeDocs({ summary }: ChaosResult): void {
  const page = readFileSync(MEASURED_PAGE, 'utf8');
  writeFileSync(MEASURED_PAGE, replaceMeasured(page, renderMeasured(summary)));
  say(`measured waits: ${MEASURED_PAGE}`);
}

function report({ output }: ChaosOptions, { summary, violations, folder }: ChaosResult): void {
  if (output === 'json') {
    process.stdout.write(`${JSON.stringify({ ...summary, violations, folder }, null, 2)}\n`);
    return;
  }
  say(`\n${renderSummary(summary)}\n`);
  for (const { promise, subject, problem } of violations) say(red(`✘ ${promise}: ${subject}: ${problem}`));
  if (violations.length > 0) say(red(`${violations.length} violations`));
  else say(green('every promise was kept'));
  if (folder) say(`evidence and logs: ${folder}`);
  say(`repeat with: ${summary.command}`);
}

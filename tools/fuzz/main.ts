import { randomInt } from 'node:crypto';
import { prepareProject } from '../../scripts/lib/prepare-project.mjs';
import { green, red, say, showProgressOn } from '../../scripts/lib/progress.mjs';
import { FUZZ_HELP, parseFuzzOptions } from './fuzz-options.js';
import type { FuzzReport } from './run-fuzz.js';

const PROGRESS_EVERY = 10_000;

/** `npm run fuzz`. @returns the exit status @throws StartError for an invalid option */
export async function main(args: readonly string[]): Promise<number> {
  const command = parseFuzzOptions(args, randomInt(1, 2 ** 31));
  if (command === null) process.stdout.write(FUZZ_HELP);
  if (command === null) return 0;
  const { requests, seed, output } = command;
  if (output === 'json') showProgressOn(process.stderr);
  await prepareProject();
  say(`npm run fuzz -- --requests ${requests} --seed ${seed}`);
  // Imports the generated client, which prepareProject has just written.
  const { runFuzz } = await import('./run-fuzz.js');
  const onProgress = (sent: number) => {
    if (sent % PROGRESS_EVERY === 0) say(`${sent} requests`);
  };
  const report = await runFuzz({ requests, seed, ownPostgres: true, onProgress });
  if (output === 'json') process.stdout.write(`${JSON.stringify({ seed, ...report }, null, 2)}\n`);
  else render(report);
  const { findings, slow, untouched } = report;
  return findings.length + slow.length + untouched.length > 0 ? 1 : 0;
}

function render({ requests, seconds, answers, slowestMs, slow, findings, untouched }: FuzzReport): void {
  say(
    `\n${requests} requests in ${seconds.toFixed(0)} s, the slowest answer after ${slowestMs.toFixed(0)} ms`,
  );
  for (const [caller, { succeeded, refused, failed }] of Object.entries(answers)) {
    say(`  ${caller.padEnd(8)}  ${succeeded} succeeded, ${refused} refused, ${failed} failed`);
  }
  for (const { what, request } of [...findings, ...slow]) say(red(`✘ ${what}: ${request}`));
  if (untouched.length > 0) say(red(`✘ no request to these routes succeeded: ${untouched.join(', ')}`));
  if (findings.length + slow.length + untouched.length === 0) say(green('nothing was found'));
}

// `npm test`: all tests, from a bare clone. `npm test -- test/foo.spec.ts` runs some of them.
import { availableParallelism } from 'node:os';
import { checkNode } from './lib/check-node.mjs';
import { ensureChromium } from './lib/find-chromium.mjs';
import { prepareProject } from './lib/prepare-project.mjs';
import { dim, green, red, say, step } from './lib/progress.mjs';
import { runJest } from './lib/run-jest.mjs';
import { describeError, runMain } from './lib/start-error.mjs';
import { startTestServers } from './lib/test-servers.mjs';

/** Most integration specs wait for other processes: one more than there are processors keeps these busy. */
const maxWorkers = availableParallelism() + 1;

await runMain(async () => {
  checkNode();
  const args = process.argv.slice(2);
  /** @type {import('./lib/run-jest.mjs').TestCounts[]} */
  const counts = [];
  let stopRequested = false;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.on(signal, () => (stopRequested = true));
  try {
    await prepareProject();
    if (mayRunConsoleSpecs(args))
      await step('find Chromium for the tests of the console', async (note) => {
        const { bin, version } = await ensureChromium({ log: (line) => say(dim(line)) });
        note(`${bin} ${version}`);
      });
    const servers = await step('start Postgres and Redis for the tests', async (note) => {
      const started = await startTestServers();
      note(started.describe);
      return started;
    });
    const { env } = servers;
    try {
      if (!stopRequested) {
        say(dim('unit and integration tests'));
        const projects = /** @type {const} */ (['unit', 'integration']);
        counts.push(await runJest(projects, { env, args: ['--maxWorkers', String(maxWorkers), ...args] }));
      }
      if (!stopRequested) {
        say(dim('npm start'));
        counts.push(await runJest(['start'], { env, args: ['--maxWorkers', '1', ...args] }));
      }
    } finally {
      await step('stop Postgres and Redis', servers.stop);
    }
  } catch (error) {
    process.stderr.write(`\n${describeError(error)}\n`);
    counts.push({ passed: 0, failed: 1, skipped: 0 });
  }
  return conclude(counts, stopRequested);
});

/** @param {string[]} args of jest */
function mayRunConsoleSpecs(args) {
  const paths = args.filter((arg) => !arg.startsWith('-'));
  return paths.length === 0 || paths.some((path) => path.includes('console'));
}

/** @param {import('./lib/run-jest.mjs').TestCounts[]} counts @param {boolean} interrupted @returns {number} exit status */
function conclude(counts, interrupted) {
  const sum = (/** @type {'passed' | 'failed' | 'skipped'} */ key) =>
    counts.reduce((total, count) => total + count[key], 0);
  const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')];
  const isGood = failed === 0 && passed > 0 && !interrupted;
  if (interrupted) say(red('interrupted'));
  else if (failed === 0 && passed === 0) say(red('no test matched'));
  say((isGood ? green : red)(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`));
  return isGood ? 0 : 1;
}

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hasEscapes } from './progress.mjs';
import { proctorFolder, projectDir } from './project.mjs';
import { startServerProcess } from './server-process.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} TestCounts */

const jestFile = join(projectDir, 'node_modules/jest/bin/jest.js');
const leftOpenMs = 20_000;

/**
 * Runs jest projects in one pool of workers and passes their progress through. If jest does not exit although all
 * results are there, because a test left something open, it is stopped and the run counts as failed.
 * @param {readonly ('unit' | 'integration' | 'start')[]} projects @param {{ env?: Record<string, string>, args?: readonly string[] }} [options]
 * @returns {Promise<TestCounts>}
 */
export async function runJest(projects, { env = {}, args = [] } = {}) {
  const results = join(proctorFolder(), `jest-${projects[0]}-${process.pid}.json`);
  rmSync(results, { force: true });
  const jest = await startServerProcess({
    command: process.execPath,
    args: [
      '--experimental-vm-modules',
      '--no-warnings',
      jestFile,
      ...['--selectProjects', ...projects, '--passWithNoTests', '--json', '--outputFile', results],
      // Jest's 5 s are too short for real processes on a busy machine.
      '--testTimeout=60000',
      ...args,
    ],
    env: { ...process.env, ...env, ...(hasEscapes ? { FORCE_COLOR: '1' } : {}) },
    cwd: projectDir,
    onLine: (line) => {
      if (!isResultsLine(line)) process.stdout.write(`${line}\n`);
    },
  });
  const end = () =>
    jest.stop([
      { signal: 'SIGTERM', graceMs: 3_000 },
      { signal: 'SIGKILL', graceMs: 5_000, group: true },
    ]);
  const interrupted = () => void end();
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const hung = await waitForJest(jest, results, end);
    const { code } = await jest.exited;
    return countResults(
      existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : undefined,
      hung,
      code,
    );
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    rmSync(results, { force: true });
  }
}

/** @param {string} line @returns {boolean} with --json jest also prints the results on standard output */
const isResultsLine = (line) =>
  line.startsWith('{"numFailedTestSuites"') || line.startsWith('Test results written to');

/**
 * @param {import('./server-process.mjs').ServerProcess} jest @param {string} results @param {() => Promise<void>} end
 * @returns {Promise<boolean>} true: it had to be stopped
 */
async function waitForJest(jest, results, end) {
  let doneAtMs = Infinity;
  while (jest.isAlive()) {
    await Promise.race([jest.exited, new Promise((resolve) => setTimeout(resolve, 500))]);
    if (doneAtMs === Infinity && existsSync(results)) doneAtMs = performance.now();
    if (jest.isAlive() && performance.now() - doneAtMs > leftOpenMs) {
      process.stdout.write(
        `jest is still running ${leftOpenMs / 1000} s after the last test: a test left something open\n`,
      );
      await end();
      return true;
    }
  }
  return false;
}

/**
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   numRuntimeErrorTestSuites: number } | undefined} results of jest; undefined if it wrote none
 * @param {boolean} hung @param {number | null} exitCode @returns {TestCounts}
 */
export function countResults(results, hung, exitCode) {
  if (!results) return { passed: 0, failed: 1, skipped: 0 };
  // A spec file that fails to load has no tests that could fail.
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites + (hung ? 1 : 0);
  return {
    passed: results.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkLock, readJson } from './check-lock.mjs';
import { createSbom } from './create-sbom.mjs';
import { judgeAdvisories, parseAudit } from './judge-advisories.mjs';
import { projectDir } from './project.mjs';
import { runCommand } from './run-command.mjs';
import { StartError } from './start-error.mjs';

const EXCEPTIONS = 'audit-exceptions.json';

/**
 * Checks how the packages are locked, that all production packages can be listed (SBOM), and what the registry knows
 * against them. Throws a `StartError` with all that is wrong.
 * @returns {Promise<string>} what was checked, and what could not be
 */
export async function checkDependencies() {
  const problems = checkLock(readJson('package.json'), readJson('package-lock.json'));
  const [sbom, advisories] = await Promise.all([createSbom(), readAdvisories()]);
  const exceptions = existsSync(join(projectDir, EXCEPTIONS)) ? readJson(EXCEPTIONS) : [];
  const today = new Date().toISOString().slice(0, 10);
  if (advisories) problems.push(...judgeAdvisories(advisories, exceptions, today));
  if (problems.length > 0)
    throw new StartError(problems.join('\n'), 'See docs/development.md, Dependencies.');
  const known = advisories
    ? `${advisories.length} advisories, none to solve`
    : 'ADVISORIES NOT CHECKED: the registry offers none';
  return `${sbom.components.length} production packages; ${known}`;
}

/** @returns {Promise<import('./judge-advisories.mjs').Advisory[] | null>} null: the registry offers none, or is away */
async function readAdvisories() {
  const args = [
    'audit',
    '--omit=dev',
    '--json',
    '--loglevel=silent',
    '--fetch-retries=0',
    '--fetch-timeout=15000',
  ];
  return parseAudit((await runCommand('npm', args)).output);
}

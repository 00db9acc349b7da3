// `npm run check`: what must be green before a change is handed in. Runs everything, shows the output of what failed.
import { arePackagesInstalled, installPackages } from './lib/install-packages.mjs';
import { generateClient } from './lib/generate-client.mjs';
import { checkNode } from './lib/check-node.mjs';
import { duration, green, red, say, step } from './lib/progress.mjs';
import { runCommand } from './lib/run-command.mjs';
import { runMain, StartError } from './lib/start-error.mjs';

/** Names of scripts in package.json, the quick ones first. */
const checks = ['format:check', 'typecheck', 'boundaries', 'build', 'lint', 'test:unit'];

await runMain(async () => {
  checkNode();
  const startedAt = performance.now();
  if (!arePackagesInstalled()) await step('install packages (npm ci)', installPackages);
  await step('generate the database client', async (note) => note(await generateClient()));
  const failed = [];
  for (const check of checks) {
    if (!(await passes(check))) failed.push(check);
  }
  const time = duration(performance.now() - startedAt);
  if (failed.length === 0) return say(green(`all ${checks.length} checks passed in ${time}`));
  say(red(`failed: ${failed.join(', ')} (${time})`));
  return 1;
});

/** @param {string} check @returns {Promise<boolean>} */
async function passes(check) {
  let output = '';
  const work = step(check, async () => {
    const result = await runCommand('npm', ['run', '--silent', check]);
    output = result.output.trimEnd();
    if (result.status !== 0) throw new StartError(check);
  });
  return work.then(
    () => true,
    () => {
      say(`${output.replace(/^/gm, '    ')}\n`);
      return false;
    },
  );
}

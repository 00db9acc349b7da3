// `npm run limits`: brings Proctor to each of its limits and measures what it takes; `npm run limits -- --help`.
import { spawn } from 'node:child_process';
import { checkNode } from './lib/check-node.mjs';
import { prepareProject } from './lib/prepare-project.mjs';
import { say } from './lib/progress.mjs';
import { projectDir } from './lib/project.mjs';
import { runMain } from './lib/start-error.mjs';

const help = `npm run limits [-- options]: brings all of Proctor to each of its limits, with real processes, and checks what
users would notice. Takes about a quarter of an hour, 2 processors and 4 GB of memory. Linux only.

  --only NAME    only this limit: waiting, running, output, viewers (several: --only a,b)
  --short        a small version of each; \`npm test\` runs that of waiting
  --output json  all that was found, for programs
  --help         this text

Status 1: something did not hold.
`;

await runMain(async () => {
  checkNode();
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) return say(help);
  // Only what was found may be on standard output then.
  const isJson = args.join(' ').includes('--output json') || args.includes('--output=json');
  if (!isJson) await prepareProject();
  return await run(['--import', 'tsx', 'tools/limits/main.ts', ...args]);
});

/** @param {string[]} args @returns {Promise<number>} exit status */
function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: projectDir, stdio: 'inherit' });
    // It stops what it has started; Ctrl-C reaches it through the terminal.
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

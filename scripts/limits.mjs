// `npm run limits`: brings Proctor to each of its limits and measures it. See `npm run limits -- --help`.
import { spawn } from 'node:child_process';
import { checkNode } from './lib/check-node.mjs';
import { prepareProject } from './lib/prepare-project.mjs';
import { say } from './lib/progress.mjs';
import { projectDir } from './lib/project.mjs';
import { runMain } from './lib/start-error.mjs';

const help = `npm run limits [-- options]: runs all of Proctor at each of its limits, with real processes, and checks what
users would notice. Takes about 15 minutes, 2 CPUs and 4 GB of memory. Linux only.

  --only A,B     run only these scenarios: waiting, running, output, viewers
  --short        run a small version of each
  --output json  print all findings as JSON
  --help         show this help

Exit status 1: a check failed.
`;

await runMain(async () => {
  checkNode();
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) return say(help);
  // Standard output then has the findings only.
  const isJson = args.join(' ').includes('--output json') || args.includes('--output=json');
  if (!isJson) await prepareProject();
  return await run(['--import', 'tsx', 'tools/limits/main.ts', ...args]);
});

/** @param {string[]} args @returns {Promise<number>} exit status */
function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: projectDir, stdio: 'inherit' });
    // The child stops what it has started; Ctrl-C reaches it through the terminal.
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

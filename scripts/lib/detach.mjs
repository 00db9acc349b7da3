import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mayReplaceConfig } from './cli-config.mjs';
import { say } from './progress.mjs';
import { proctorDir } from './project.mjs';
import { openLogFile } from './service-log.mjs';
import { findStarter, readStack } from './stack-record.mjs';
import { StartError } from './start-error.mjs';

const startScript = fileURLToPath(new URL('../start.mjs', import.meta.url));

/**
 * Runs `npm start` in the background, shows its progress, and returns when it is ready.
 * @param {import('./start-options.mjs').StartOptions} options @returns {Promise<void>}
 */
export async function startDetached(options) {
  if (findStarter())
    throw new StartError(
      'Proctor is already running in this folder',
      '`npm run status` shows what is running.',
    );
  const replaceConfig = await mayReplaceConfig(options);
  const logFile = openLogFile('start');
  writeFileSync(logFile, '', { mode: 0o600 });
  const log = openSync(logFile, 'a');
  const args = [
    startScript,
    '--workers',
    String(options.workers),
    replaceConfig ? '--yes' : '--keep-cli-config',
  ];
  const child = spawn(process.execPath, args, {
    cwd: proctorDir,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let status = /** @type {number | undefined} */ (undefined);
  child.once('exit', (code) => (status = code ?? 1));
  child.once('error', () => (status = 1));

  let shown = 0;
  const showProgress = () => {
    const text = readFileSync(logFile, 'utf8');
    process.stdout.write(text.slice(shown));
    shown = text.length;
  };
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const stack = readStack();
    const isReady = stack.ready && stack.starter?.pid === child.pid;
    showProgress();
    if (status !== undefined) throw new StartError('Proctor did not start', `The full log is in ${logFile}.`);
    if (isReady) break;
  }
  child.unref();
  say(
    `\nrunning in the background (process ${child.pid}); logs in ${join(proctorDir, 'logs')}; \`npm run stop\` stops it`,
  );
}

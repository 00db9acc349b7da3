// `npm run status`: shows what runs in this folder; exits with 0 when ready, else 1. `--json` for scripts.
import { say } from './lib/progress.mjs';
import { requestLocal } from './lib/request-local.mjs';
import { readStack } from './lib/stack-record.mjs';
import { runMain } from './lib/start-error.mjs';

await runMain(async () => {
  const { starter, ready, ports, processes } = readStack();
  const url = starter && ports.gateway ? `http://127.0.0.1:${ports.gateway}` : null;
  const isReady = ready && url !== null && (await answersReady(url));
  if (process.argv.includes('--json')) {
    const list = processes.map(({ name, pid, port, running, restarts, logFile }) => ({
      name,
      pid,
      port,
      running,
      restarts,
      logFile,
    }));
    say(
      JSON.stringify(
        { running: starter !== undefined, ready: isReady, url, pid: starter?.pid ?? null, processes: list },
        null,
        2,
      ),
    );
    return isReady ? 0 : 1;
  }
  if (!starter) say('Proctor is not running in this folder');
  else
    say(
      `Proctor is ${isReady ? 'ready' : 'running, but not ready'} at ${url ?? '(no address yet)'} (process ${starter.pid})`,
    );
  for (const { name, pid, port, running, restarts } of processes) {
    const more = restarts ? `, restarts: ${restarts}` : '';
    say(
      `  ${name.padEnd(10)} ${running ? 'running' : 'not running'}, process ${pid}${port ? `, port ${port}` : ''}${more}`,
    );
  }
  return isReady ? 0 : 1;
});

/** @param {string} url @returns {Promise<boolean>} */
async function answersReady(url) {
  try {
    return (await requestLocal(`${url}/health/ready`, { timeoutMs: 5_000 })).status === 200;
  } catch {
    return false;
  }
}

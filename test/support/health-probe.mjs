// Asks every 100 ms whether the gateway is alive, each time over a new connection, until it is told to stop.
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const [url = ''] = process.argv.slice(2);
const health = { slowestMs: 0, failures: 0, answers: 0 };
let isStopped = false;
process.on('message', () => (isStopped = true));

/** @returns {Promise<boolean>} */
function ask() {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: 20_000 }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode === 200));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

await ask();
process.send?.('ready');
while (!isStopped) {
  const start = performance.now();
  if (await ask()) health.answers += 1;
  else health.failures += 1;
  health.slowestMs = Math.max(health.slowestMs, Math.round(performance.now() - start));
  await sleep(Math.max(0, 100 - (performance.now() - start)));
}
process.send?.(health);
process.disconnect();

// Asks every 100 ms whether the gateway is alive, each time over a new connection, until it is told to stop. Asks a server
// of its own, too, which shows how busy the machine is.
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const [url = ''] = process.argv.slice(2);
const health = { slowestMs: 0, slowestOfIdleMs: 0, failures: 0, answers: 0 };
let isStopped = false;
process.on('message', () => (isStopped = true));

const idle = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
await once(idle, 'listening');
const address = idle.address();
const idleUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;

/**
 * @param {string} target
 * @returns {Promise<{ isAlive: boolean, ms: number }>}
 */
function ask(target) {
  const start = performance.now();
  return new Promise((resolve) => {
    const settle = (/** @type {boolean} */ isAlive) =>
      resolve({ isAlive, ms: Math.round(performance.now() - start) });
    const request = get(target, { agent: false, timeout: 20_000 }, (response) => {
      response.resume().on('end', () => settle(response.statusCode === 200));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => settle(false));
  });
}

await ask(url);
process.send?.('ready');
while (!isStopped) {
  const [answer, ofIdle] = [await ask(url), await ask(idleUrl)];
  if (answer.isAlive) health.answers += 1;
  else health.failures += 1;
  health.slowestMs = Math.max(health.slowestMs, answer.ms);
  health.slowestOfIdleMs = Math.max(health.slowestOfIdleMs, ofIdle.ms);
  await sleep(100);
}
process.send?.(health);
idle.close();
process.disconnect();

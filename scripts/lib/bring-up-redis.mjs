import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { portNear } from './free-port.mjs';
import { readOrCreateSecret } from './kept-secrets.mjs';
import { step } from './progress.mjs';
import { proctorFolder } from './project.mjs';
import { startRedis } from './redis.mjs';
import { openServiceLog } from './service-log.mjs';
import { StartError } from './start-error.mjs';

/**
 * Uses the Redis in PROCTOR_REDIS_ADDRESS, or starts our own and keeps it running.
 * @param {import('./stack.mjs').Stack} stack @returns {Promise<Record<string, string>>} variables for the services
 */
export async function bringUpRedis(stack) {
  const given = process.env.PROCTOR_REDIS_ADDRESS;
  if (given) {
    await step(`use Redis at ${given}`, () => checkAnswers(given));
    return {};
  }
  const log = openServiceLog('redis', { isShown: false });
  const port = await portNear(stack.record.port('redis'));
  const password = readOrCreateSecret('redis.password', () => randomBytes(24).toString('base64url'));
  const dir = proctorFolder('redis');
  const redis = await step('start Redis', async (note) => {
    const launch = () => startRedis({ dir, port, password, log: log.write });
    const started = await stack.supervisor.keep({ name: 'redis', launch, port, logFile: log.file });
    note(`${started.how} ${started.version}, port ${port}`);
    return started;
  });
  stack.record.setPort('redis', port);
  return { PROCTOR_REDIS_ADDRESS: redis.address, PROCTOR_REDIS_PASSWORD: password };
}

/** @param {string} address @returns {Promise<void>} */
function checkAnswers(address) {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  if (!host) throw new StartError(`PROCTOR_REDIS_ADDRESS must be host:port, got "${address}"`);
  return new Promise((resolve, reject) => {
    const refuse = (/** @type {string} */ why) =>
      reject(
        new StartError(
          `Redis at ${address} does not answer: ${why}`,
          'Start it, or unset PROCTOR_REDIS_ADDRESS to let npm start bring its own.',
        ),
      );
    const socket = connect(Number(port), host, () => {
      socket.destroy();
      resolve();
    });
    socket.setTimeout(5_000, () => refuse('no answer within 5 s'));
    socket.on('error', (error) => refuse(error.message));
    socket.on('close', () => {});
  });
}

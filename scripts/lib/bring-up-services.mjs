import { portNear } from './free-port.mjs';
import { launchNode } from './launch-node.mjs';
import { step } from './progress.mjs';
import { requestLocal } from './request-local.mjs';
import { openServiceLog } from './service-log.mjs';
import { StartError } from './start-error.mjs';

/**
 * All services of Proctor.
 * @type {readonly { name: string, entry: string, count?: (options: import('./start-options.mjs').StartOptions) => number }[]}
 */
export const services = [
  { name: 'gateway', entry: 'dist/apps/gateway/src/main.js' },
  { name: 'worker', entry: 'dist/apps/executor-worker/src/main.js', count: (options) => options.workers },
  { name: 'scheduler', entry: 'dist/apps/scheduler/src/main.js' },
  { name: 'notifier', entry: 'dist/apps/notifier/src/main.js' },
];

const readyTimeoutMs = 60_000;

/**
 * Starts all services, keeps them running, and waits until each reports that it is ready.
 * @param {import('./stack.mjs').Stack} stack @param {Record<string, string>} env
 */
export async function bringUpServices(stack, env) {
  await step('start the services', async (note) => {
    await Promise.all(listProcesses(stack.options).map((service) => keepService(stack, service, env)));
    note(stack.url);
  });
}

/** @param {import('./start-options.mjs').StartOptions} options @returns {{ name: string, entry: string }[]} */
export function listProcesses(options) {
  return services.flatMap(({ name, entry, count }) => {
    const copies = count?.(options) ?? 1;
    return Array.from({ length: copies }, (_, i) => ({
      name: copies > 1 ? `${name}-${i + 1}` : name,
      entry,
    }));
  });
}

/** @param {import('./stack.mjs').Stack} stack @param {{ name: string, entry: string }} service @param {Record<string, string>} env */
async function keepService(stack, { name, entry }, env) {
  const log = openServiceLog(name, { isShown: true });
  const isGateway = name === 'gateway';
  const port = isGateway ? stack.appPort : await portNear(stack.record.port(name));
  stack.record.setPort(name, port);
  /** @type {Record<string, string>} */
  const ports = isGateway
    ? { PROCTOR_APP_PORT: String(port) }
    : { PROCTOR_HEALTH_HOST: '127.0.0.1', PROCTOR_HEALTH_PORT: String(port) };
  const launch = () => launchNode({ entry, env: { ...env, ...ports }, onLine: log.write });
  await stack.supervisor.keep({ name, launch, port, logFile: log.file });
  await waitUntilServing(stack, { name, port });
}

/** @param {import('./stack.mjs').Stack} stack @param {{ name: string, port: number }} service */
async function waitUntilServing(stack, { name, port }) {
  const deadline = performance.now() + readyTimeoutMs;
  let answer = 'no answer';
  while (performance.now() < deadline) {
    if (stack.signal.aborted) throw new StartError('stopped');
    const crashing = stack.supervisor.findCrashing();
    if (crashing) throw new StartError(crashing, 'The full logs are in .proctor/logs/.');
    try {
      const { status, text } = await requestLocal(`http://127.0.0.1:${port}/health/ready`, {
        timeoutMs: 5_000,
      });
      if (status === 200) return;
      answer = `${status} ${text}`;
    } catch {
      // not listening yet
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new StartError(
    `${name} did not become ready within ${readyTimeoutMs / 1000} s: ${answer}`,
    'See .proctor/logs/.',
  );
}

// `npm start`: from a bare clone to a running Proctor in one command; see `npm start -- --help`.
import { randomBytes } from 'node:crypto';
import { bringUpPostgres } from './lib/bring-up-postgres.mjs';
import { bringUpRedis } from './lib/bring-up-redis.mjs';
import { bringUpSandbox } from './lib/bring-up-sandbox.mjs';
import { bringUpServices } from './lib/bring-up-services.mjs';
import { checkNode } from './lib/check-node.mjs';
import { mayReplaceConfig } from './lib/cli-config.mjs';
import { createAdmin, findAdmin, isAdminKept } from './lib/create-admin.mjs';
import { startDetached } from './lib/detach.mjs';
import { loadDotEnv } from './lib/dot-env.mjs';
import { readOrCreateSecret } from './lib/kept-secrets.mjs';
import { prepareProject } from './lib/prepare-project.mjs';
import { say } from './lib/progress.mjs';
import { registerProcs } from './lib/register-procs.mjs';
import { checkAppPort, readAppPort } from './lib/stack.mjs';
import { claimStack } from './lib/stack-record.mjs';
import { describeError, runMain } from './lib/start-error.mjs';
import { parseStartOptions, startHelp } from './lib/start-options.mjs';
import { listenForStop, stopStack } from './lib/stop-stack.mjs';
import { createSupervisor } from './lib/supervisor.mjs';
import { welcome } from './lib/welcome.mjs';

const startedAt = performance.now();

await runMain(async () => {
  checkNode();
  const options = parseStartOptions(process.argv.slice(2));
  if (options.help) return say(startHelp);
  loadDotEnv();
  const appPort = readAppPort(process.env);
  if (options.detach) return startDetached(options);

  const record = await claimStack();
  const supervisor = createSupervisor(record.setProcesses);
  const signal = listenForStop(() => supervisor.killAll());
  if (record.leftovers.length > 0)
    say(`stopped processes left over from an earlier start: ${record.leftovers.join(', ')}`);
  const stack = { options, record, supervisor, appPort, url: `http://127.0.0.1:${appPort}`, signal };
  let status = 0;
  try {
    await untilAborted(signal, bringUp(stack));
    record.setReady();
    await untilAborted(signal, new Promise(() => {}));
  } catch (error) {
    process.stderr.write(`\n${describeError(error)}\n`);
    status = 1;
  }
  await stopStack(supervisor);
  record.release();
  process.exit(status);
});

/** @param {import('./lib/stack.mjs').Stack} stack */
async function bringUp(stack) {
  await checkAppPort(stack.appPort);
  const replaceConfig = await mayReplaceConfig(stack.options);
  await prepareProject();
  const [postgres, redis, sandbox] = await allSettled([
    bringUpPostgres(stack),
    bringUpRedis(stack),
    bringUpSandbox(stack),
  ]);
  const env = {
    PROCTOR_APP_HOST: '127.0.0.1',
    PROCTOR_SECRET_KEY:
      process.env.PROCTOR_SECRET_KEY ||
      readOrCreateSecret('secret.key', () => randomBytes(32).toString('base64')),
    ...postgres,
    ...redis,
    ...sandbox,
  };
  const isKept = isAdminKept();
  // The services start meanwhile: they need no administrator.
  const [created] = await Promise.all([isKept ? undefined : createAdmin(env), bringUpServices(stack, env)]);
  const admin = isKept ? ((await findAdmin(stack.url)) ?? (await createAdmin(env))) : created;
  if (admin) await registerProcs(stack.url, admin);
  welcome(stack, admin, replaceConfig, performance.now() - startedAt);
}

/**
 * Waits for all of them before it throws what one has thrown, so that none starts a process after all were stopped.
 * @param {Promise<Record<string, string>>[]} works @returns {Promise<Record<string, string>[]>}
 */
async function allSettled(works) {
  await Promise.allSettled(works);
  return Promise.all(works);
}

/**
 * @template T @param {AbortSignal} signal @param {Promise<T>} work
 * @returns {Promise<T | void>} when `work` is done or the signal aborts, whichever comes first
 */
function untilAborted(signal, work) {
  const aborted = new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined));
  });
  work.catch(() => {}); // after an abort no one awaits it
  return Promise.race([work, aborted]);
}

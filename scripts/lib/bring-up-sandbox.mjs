import { existsSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { portNear } from './free-port.mjs';
import { launchNode } from './launch-node.mjs';
import { step } from './progress.mjs';
import { passableFolder, projectDir } from './project.mjs';
import { waitUntilReady } from './server-process.mjs';
import { openServiceLog } from './service-log.mjs';
import { StartError } from './start-error.mjs';

/**
 * Uses the cluster in PROCTOR_KUBE_CONFIG, or starts the Kubernetes sandbox and keeps it running.
 * @param {import('./stack.mjs').Stack} stack @returns {Promise<Record<string, string>>} variables for the services
 */
export async function bringUpSandbox(stack) {
  if (process.env.PROCTOR_KUBE_CONFIG) return {};
  const log = openServiceLog('sandbox', { isShown: true });
  const port = await portNear(stack.record.port('sandbox'));
  const dataDir = passableFolder('sandbox');
  const kubeConfig = join(dataDir, 'kubeconfig');
  const env = {
    PROCTOR_SANDBOX_PORT: String(port),
    PROCTOR_SANDBOX_DATA_DIR: dataDir,
    PROCTOR_SANDBOX_PROCS_DIR: join(projectDir, 'procs'),
    PROCTOR_SANDBOX_NAMESPACE: [
      process.env.PROCTOR_DEFAULT_NAMESPACE || 'default',
      process.env.PROCTOR_ALLOWED_NAMESPACES || '',
    ].join(),
  };
  const launch = async () => {
    rmSync(kubeConfig, { force: true });
    const launched = await launchNode({
      entry: 'dist/libs/kube-sandbox/src/main.js',
      env,
      onLine: log.write,
    });
    const outcome = await waitUntilReady(
      launched.process,
      30_000,
      async () => existsSync(kubeConfig) && (await listens(port)),
    );
    if (outcome === 'ready') return launched;
    await launched.stop();
    throw new StartError(
      `the Kubernetes sandbox did not start (${outcome}):\n${launched.process.lastOutput()}`,
    );
  };
  await step('start the Kubernetes sandbox', async (note) => {
    await stack.supervisor.keep({ name: 'sandbox', launch, port, logFile: log.file });
    note(`port ${port}; for development only: it isolates nothing`);
  });
  stack.record.setPort('sandbox', port);
  return { PROCTOR_KUBE_CONFIG: 'out-of-cluster', KUBECONFIG: kubeConfig, PROCTOR_KUBE_CONTEXT: 'default' };
}

/** @param {number} port @returns {Promise<boolean>} */
function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

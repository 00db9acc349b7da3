import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxOptions } from '@app/kube-sandbox';
import { startService } from '../../../test/support/service-process.js';
import type { Cluster } from '../../../test/support/system.js';
import { KubeClient } from './kube-client.js';

/** The sandbox as `npm start` runs it: a process of its own. */
export interface SandboxProcess extends Cluster {
  pid: number;
  url: string;
  token: string;
  /** Requests so far, as `create jobs`, without those that only the bench sends. */
  requests(): Promise<Record<string, number>>;
}

export async function startSandboxProcess(options: SandboxOptions): Promise<SandboxProcess> {
  const { dataDir, procsDir, namespaces = [], nullContainers } = options;
  let url = '';
  const service = await startService(
    'kube-sandbox',
    'libs/kube-sandbox/src/main.js',
    {
      PROCTOR_SANDBOX_DATA_DIR: dataDir,
      PROCTOR_SANDBOX_PROCS_DIR: procsDir,
      PROCTOR_SANDBOX_NAMESPACE: namespaces.join(),
      PROCTOR_SANDBOX_CONTAINERS: nullContainers ? 'null' : 'processes',
    },
    (line) => (url = /listening on (\S+)/.exec(line)?.[1] ?? url),
  );
  await service.waitForOutput(/listening on/);
  const token = readFileSync(join(dataDir, 'token'), 'utf8');
  return {
    ...{ pid: service.pid, url, token },
    kubeconfigPath: join(dataDir, 'kubeconfig'),
    requests: async () => {
      const body = await new KubeClient({ url, token }).json<{ requests: Record<string, number> }>(
        'GET',
        '/sandbox/requests',
      );
      return body.requests;
    },
    close: async () => void (await service.stop()),
  };
}

import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import type { SandboxOptions } from '@app/kube-sandbox';
import { startService } from '../../../test/support/service-process.js';
import type { Cluster } from '../../../test/support/system.js';

/** The sandbox as `npm start` runs it: a process of its own. */
export interface SandboxProcess extends Cluster {
  pid: number;
  url: string;
  token: string;
  /** Requests so far, as `create jobs`, without those that only the bench sends. */
  requests(): Promise<Record<string, number>>;
}

export async function startSandboxProcess(options: SandboxOptions): Promise<SandboxProcess> {
  const { dataDir, procsDir, namespaces = [] } = options;
  let url = '';
  const service = await startService(
    'kube-sandbox',
    'libs/kube-sandbox/src/main.js',
    {
      PROCTOR_SANDBOX_DATA_DIR: dataDir,
      PROCTOR_SANDBOX_PROCS_DIR: procsDir,
      PROCTOR_SANDBOX_NAMESPACE: namespaces.join(),
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

/** A bare client of the sandbox: it reuses connections and does nothing else. */
export class KubeClient {
  private readonly agent: Agent;

  constructor(
    private readonly server: { url: string; token: string },
    maxSockets = 16,
  ) {
    // The certificate is self-signed, and the server on this machine.
    this.agent = new Agent({ keepAlive: true, maxSockets, rejectUnauthorized: false });
  }

  async json<Body>(method: string, path: string, body?: object): Promise<Body> {
    return JSON.parse(await this.text(method, path, body)) as Body;
  }

  async text(method: string, path: string, body?: object): Promise<string> {
    const chunks: Buffer[] = [];
    await this.stream(method, path, (chunk) => chunks.push(chunk), body);
    return Buffer.concat(chunks).toString('utf8');
  }

  /** Resolves when the response has ended. @throws Error when the status is not 2xx */
  stream(method: string, path: string, onData: (chunk: Buffer) => void, body?: object): Promise<void> {
    const { url, token } = this.server;
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    return new Promise((resolve, reject) => {
      const sent = request(`${url}${path}`, { method, headers, agent: this.agent }, (response) => {
        const { statusCode = 0 } = response;
        response.on('data', onData).on('error', reject);
        response.on('end', () =>
          statusCode < 300 ? resolve() : reject(new Error(`${method} ${path}: ${statusCode}`)),
        );
      });
      sent.on('error', reject).end(body && JSON.stringify(body));
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

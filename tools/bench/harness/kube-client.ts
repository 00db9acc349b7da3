import { Agent, request } from 'node:https';

/** What the bench reads of a Job or a pod. */
export interface WatchedObject {
  metadata: { name: string; labels?: Record<string, string> };
  status?: { phase?: string; conditions?: { type: string; status: string }[] };
}

export function isComplete({ status }: WatchedObject): boolean {
  return (
    status?.conditions?.some(({ type, status: holds }) => type === 'Complete' && holds === 'True') ?? false
  );
}

/** A bare client of the sandbox: it reuses connections and does nothing else. */
export class KubeClient {
  private readonly agent: Agent;
  private isClosed = false;

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

  /** Resolves once it is sure to see all changes of the resource. The watch ends when the client is closed. */
  async watch(path: string, labelSelector: string, onObject: (object: WatchedObject) => void): Promise<void> {
    const list = `${path}?labelSelector=${encodeURIComponent(labelSelector)}`;
    const { metadata } = await this.json<{ metadata: { resourceVersion: string } }>('GET', list);
    let rest = '';
    const onData = (chunk: Buffer) => {
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop()!;
      for (const line of lines) onObject((JSON.parse(line) as { object: WatchedObject }).object);
    };
    const since = `${list}&watch=true&resourceVersion=${metadata.resourceVersion}`;
    this.stream('GET', since, onData).catch((error: unknown) => {
      if (!this.isClosed) throw error;
    });
  }

  close(): void {
    this.isClosed = true;
    this.agent.destroy();
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { isExecutionStatus, isFinal } from '@app/domain';
import WebSocket from 'ws';

/** The proc of test/procs that runs the script in its arg. */
export const SCRIPT_PROC = 'run-script';

export interface ExecutionReply {
  id: number;
  name: string;
  job_name: string;
  status: string;
  exit_code?: number | null;
  reason?: string | null;
  waits_until?: string;
}

export interface LogLine {
  text: string;
  atMs: number;
}

/** A client of the gateway in tests. */
export class ApiClient {
  constructor(
    readonly url: string,
    readonly identity: { email: string; token: string },
  ) {}

  get headers(): Record<string, string> {
    return { 'Email-Id': this.identity.email, 'Access-Token': this.identity.token };
  }

  request(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      headers: { ...this.headers, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async waitUntilReady(timeoutMs = 45_000): Promise<void> {
    await until(
      async () => (await fetch(`${this.url}/health/ready`).catch(() => null))?.status === 200,
      timeoutMs,
    );
  }

  async registerScriptProc(extra: Record<string, unknown> = {}, name = SCRIPT_PROC): Promise<void> {
    const metadata = {
      name,
      description: 'runs a script',
      image_name: `proctor/${SCRIPT_PROC}:1`,
      env_vars: { args: [{ name: 'SCRIPT', description: 'shell script' }], secrets: [] },
      ...extra,
    };
    const reply = await this.request('POST', '/metadata', [metadata]);
    if (reply.status !== 201) throw new Error(`POST /metadata: ${reply.status} ${await reply.text()}`);
  }

  /** Submits a shell script as an execution. */
  async run(
    script: string,
    proc = SCRIPT_PROC,
    headers: Record<string, string> = {},
  ): Promise<ExecutionReply> {
    const reply = await this.request('POST', '/execution', { name: proc, args: { SCRIPT: script } }, headers);
    const text = await reply.text();
    if (reply.status !== 201) throw new Error(`POST /execution: ${reply.status} ${text}`);
    return JSON.parse(text) as ExecutionReply;
  }

  async status(id: number): Promise<ExecutionReply> {
    const reply = await this.request('GET', `/execution/${id}/status`);
    if (reply.status !== 200) throw new Error(`GET status: ${reply.status} ${await reply.text()}`);
    return (await reply.json()) as ExecutionReply;
  }

  /** Waits until the execution has ended. Retries failed requests (an outage). */
  async end(id: number, timeoutMs = 60_000): Promise<ExecutionReply> {
    let last: ExecutionReply | null = null;
    await until(
      async () => {
        last = await this.status(id).catch(() => null);
        return last !== null && isExecutionStatus(last.status) && isFinal(last.status);
      },
      timeoutMs,
      () => `execution ${id}: ${JSON.stringify(last)}`,
    );
    return last as unknown as ExecutionReply;
  }

  async waitForStatus(id: number, status: string, timeoutMs = 30_000): Promise<void> {
    await until(
      async () => (await this.status(id)).status === status,
      timeoutMs,
      () => `${id} to be ${status}`,
    );
  }

  /** The log as plain text, without the reasons why it waited. Resolves when the execution has ended. */
  async log(id: number): Promise<string> {
    const reply = await this.request('GET', `/execution/logs?context_id=${id}&reasons=false`);
    if (reply.status !== 200) throw new Error(`GET logs: ${reply.status} ${await reply.text()}`);
    return reply.text();
  }

  cancel(id: number): Promise<Response> {
    return this.request('POST', `/execution/${id}/cancel`);
  }

  /**
   * The log as a WebSocket client gets it, with the arrival time of each line.
   * @param keep whether to return the lines
   * @param reasons whether to get the reasons why it waits, which are no part of the stored log
   */
  stream(
    id: number,
    onLine: (line: LogLine) => void = () => undefined,
    { keep = true, reasons = false }: { keep?: boolean; reasons?: boolean } = {},
  ): Promise<LogLine[]> {
    const url = `${this.url.replace('http', 'ws')}/execution/logs?context_id=${id}&reasons=${reasons}`;
    const socket = new WebSocket(url, { headers: this.headers });
    const lines: LogLine[] = [];
    return new Promise((resolve, reject) => {
      socket.on('message', (data: Buffer) => {
        const atMs = Date.now();
        for (const text of data.toString('utf8').split('\n')) {
          if (keep) lines.push({ text, atMs });
          onLine({ text, atMs });
        }
      });
      socket.on('close', (code) =>
        code === 1000 ? resolve(lines) : reject(new Error(`closed with ${code}`)),
      );
      socket.on('error', reject);
    });
  }
}

/** Polls every 50 ms until the condition holds. @throws after `timeoutMs` */
export async function until(
  holds: () => boolean | Promise<boolean>,
  timeoutMs: number,
  describe: () => string = () => 'the condition',
): Promise<void> {
  for (const deadline = performance.now() + timeoutMs; performance.now() < deadline; await sleep(50)) {
    if (await holds()) return;
  }
  throw new Error(`waited ${timeoutMs} ms for ${describe()}, which did not happen`);
}

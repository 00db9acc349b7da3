import type { ChainHead } from '@app/database';
import { postJson, signBody, type Outbound } from '@app/outbound';
import type { Logger } from '@app/platform';
import { BackOff, HALF_JITTER, timeLimit } from '@app/timing';

export interface HeadsWebhookDependencies {
  url: string;
  /** Signs each body; null: sends without a signature. */
  secret: string | null;
  outbound: Outbound;
  installationId: string;
  logger: Pick<Logger, 'warn'>;
  /** Before the first retry. */
  firstRetryMs?: number;
}

const TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 5_000;
const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 10 * 60_000;

/** Posts heads of the audit chain, signed as the notifier's webhooks are. A newer head replaces one that is still to be sent. */
export class HeadsWebhook {
  private unsent: ChainHead | null = null;
  private sending: Promise<void> | null = null;
  private readonly stop = new AbortController();
  private readonly backOff: BackOff;

  constructor(private readonly dependencies: HeadsWebhookDependencies) {
    const { firstRetryMs = FIRST_RETRY_MS } = dependencies;
    this.backOff = new BackOff({ firstMs: firstRetryMs, maxMs: MAX_RETRY_MS, jitter: HALF_JITTER });
  }

  /** Sends in the background, until the server accepts it. Never throws. */
  send(head: ChainHead): void {
    this.unsent = head;
    this.sending ??= this.sendAll();
  }

  /** Waits for the request under way, then tries once more to send what is still to be sent. */
  async close(): Promise<void> {
    this.stop.abort();
    await this.sending;
    if (this.unsent) await this.attempt(this.unsent);
  }

  private async sendAll(): Promise<void> {
    const { signal } = this.stop;
    while (this.unsent && !signal.aborted) {
      if (await this.attempt(this.unsent)) this.backOff.reset();
      else await this.backOff.wait(signal);
    }
    // In the same step as the check: a head that comes later finds no loop, and starts one.
    this.sending = null;
  }

  private async attempt(head: ChainHead): Promise<boolean> {
    const { signal, clear } = timeLimit(TIMEOUT_MS);
    try {
      const status = await this.post(head, signal);
      if (status < 200 || status > 299) throw new Error(`the server answered ${status}`);
      if (this.unsent === head) this.unsent = null;
      return true;
    } catch (err) {
      this.dependencies.logger.warn({ err, n: head.n }, 'could not post the audit chain head');
      return false;
    } finally {
      clear();
    }
  }

  private async post(head: ChainHead, signal: AbortSignal): Promise<number> {
    const { url, secret, outbound, installationId } = this.dependencies;
    const body = JSON.stringify({ type: 'AUDIT_HEAD', installation: installationId, ...head });
    const headers = {
      'idempotency-key': `${installationId}-${head.n}`,
      ...(secret !== null && { 'proctor-signature': signBody(secret, body, Date.now()) }),
    };
    const target = { url: new URL(url), addresses: null };
    const sent = { outbound, target, body, headers, connectTimeoutMs: CONNECT_TIMEOUT_MS, signal };
    return (await postJson(sent)).status;
  }
}

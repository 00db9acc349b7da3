import type { Logger } from '../logger.js';

const QUIET_MS = 60_000;

/** Header values shorter than this are no secrets, and hiding them would hide ordinary words. */
const SHORTEST_SECRET_CHARACTERS = 6;

/** Tells of failures at most once a minute, and once when it works again. Never tells a secret. */
export class ExportLog {
  private quietUntil = -Infinity;
  private failures = 0;
  private hasTold = false;
  private readonly secrets: readonly string[];

  /** @param secrets do not appear in what is logged, whatever an error says */
  constructor(
    private readonly logger: Logger,
    secrets: readonly string[],
    private readonly now: () => number = () => performance.now(),
  ) {
    this.secrets = secrets.filter((secret) => secret.length >= SHORTEST_SECRET_CHARACTERS);
  }

  failed(error: unknown): void {
    this.failures += 1;
    if (this.now() < this.quietUntil) return;
    this.logger.warn({ reason: this.describe(error), failures: this.failures }, 'metrics could not be sent');
    this.quietUntil = this.now() + QUIET_MS;
    this.failures = 0;
    this.hasTold = true;
  }

  succeeded(): void {
    if (this.hasTold) this.logger.info('metrics are sent again');
    this.hasTold = false;
    this.failures = 0;
  }

  /** Not the whole error: it may hold the request. */
  private describe(error: unknown): string {
    const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
    const parts = [code, message].filter(
      (part) => typeof part === 'number' || (typeof part === 'string' && part),
    );
    const text = parts.length > 0 ? parts.join(' ') : 'no reason given';
    return this.secrets.reduce((safe, secret) => safe.replaceAll(secret, '***'), text);
  }
}

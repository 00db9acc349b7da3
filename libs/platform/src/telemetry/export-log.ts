import type { Logger } from '../logger.js';

const QUIET_MS = 60_000;

/** Shorter header values are not secrets, and hiding them would hide ordinary words. */
const SHORTEST_SECRET_CHARACTERS = 6;

/** Logs failures at most once a minute, and the recovery once. Never logs a secret. */
export class ExportLog {
  private quietUntil = -Infinity;
  private failures = 0;
  private hasReported = false;
  private readonly secrets: readonly string[];

  /** @param secrets removed from the text of errors */
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
    this.logger.warn({ reason: this.describe(error), failures: this.failures }, 'could not send metrics');
    this.quietUntil = this.now() + QUIET_MS;
    this.failures = 0;
    this.hasReported = true;
  }

  succeeded(): void {
    if (this.hasReported) this.logger.info('sending metrics works again');
    this.hasReported = false;
    this.failures = 0;
  }

  /** Not the whole error, because it may hold the request. */
  private describe(error: unknown): string {
    const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
    const parts = [code, message].filter(
      (part) => typeof part === 'number' || (typeof part === 'string' && part),
    );
    const text = parts.length > 0 ? parts.join(' ') : 'no reason given';
    return this.secrets.reduce((safe, secret) => safe.replaceAll(secret, '***'), text);
  }
}

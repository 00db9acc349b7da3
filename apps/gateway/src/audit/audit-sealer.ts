import type { AuditKeyStore, AuditSealsStore, ChainHead } from '@app/database';
import type { Logger } from '@app/platform';
import { BackOff, HALF_JITTER, pauseQuietly, untilAborted, WakeUp, withTimeout } from '@app/timing';

export interface AuditSealerDependencies {
  seals: Pick<AuditSealsStore, 'sealNext'>;
  keys: Pick<AuditKeyStore, 'readOrCreate'>;
  /** Called with the end of the chain after each look. */
  noteHead: (head: ChainHead) => void;
  logger: Logger;
}

/** Small, because the gateway answers nothing while it hashes: some milliseconds. */
const BATCH = 500;
/** Rows of one burst share a batch. */
const GATHER_MS = 500;
/** Finds the rows of other processes. */
const POLL_MS = 10_000;
const CLOSE_MS = 5_000;

/** Seals audit rows after they were written. Every gateway has one; at a time one of them seals. */
export class AuditSealer {
  private readonly wakeUp = new WakeUp();
  private readonly stop = new AbortController();
  private readonly backOff = new BackOff({ firstMs: 1_000, maxMs: 60_000, jitter: HALF_JITTER });
  private running: Promise<void> | null = null;
  /** The end of the chain at the last look. */
  private known: ChainHead | null = null;

  constructor(private readonly dependencies: AuditSealerDependencies) {}

  start(): void {
    this.running ??= this.run(this.stop.signal);
  }

  /** A row was written. Never throws. */
  wake(): void {
    this.wakeUp.ring();
  }

  /** Seals what was written until now, as far as a moment allows: another gateway, or the next start, seals the rest. */
  async close(): Promise<void> {
    if (!this.running) return;
    this.stop.abort();
    const last = this.running.then(() => this.sealOrWarn());
    await withTimeout(last, CLOSE_MS, () => undefined, { unref: true });
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const startedAtMs = performance.now();
      const count = await this.sealOrWarn();
      if (count === null) await this.backOff.wait(signal);
      // A backlog, as after an upgrade, leaves half of the time to requests.
      else if (count === BATCH) await pauseQuietly(performance.now() - startedAtMs, signal);
      else await this.waitForRows(signal);
    }
  }

  private async waitForRows(signal: AbortSignal): Promise<void> {
    await untilAborted(this.wakeUp.wait({ maxMs: POLL_MS * (1 - Math.random() / 4) }), signal);
    await pauseQuietly(GATHER_MS, signal);
  }

  /** @returns how many rows it sealed; null: it failed */
  private async sealOrWarn(): Promise<number | null> {
    try {
      const count = await this.seal();
      this.backOff.reset();
      return count;
    } catch (err) {
      this.dependencies.logger.warn({ err }, 'could not seal audit rows');
      return null;
    }
  }

  private async seal(): Promise<number> {
    const { seals, keys, noteHead, logger } = this.dependencies;
    const { known } = this;
    const batch = await seals.sealNext(await keys.readOrCreate(), BATCH, known);
    if (batch === null) return 0;
    const { count, head, knownHash } = batch;
    if (known && knownHash !== known.hash) {
      logger.error(
        { missing: known, head },
        'the audit chain was cut or changed: a seal that this gateway has seen is not there any more',
      );
    }
    this.known = head;
    if (head) noteHead(head);
    return count;
  }
}

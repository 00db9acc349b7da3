import type { Database } from '../../connection/database.js';
import type { SecretBox } from '../secret-box.js';
import { SealedAuditKey } from './sealed-audit-key.js';
import { SealedExecutions } from './sealed-executions.js';
import { SealedSchedules, type HashArgs } from './sealed-schedules.js';
import { SealedSecrets } from './sealed-secrets.js';
import {
  PLAIN,
  SEALED_KINDS,
  UNKNOWN_KEY,
  type SealedKind,
  type SealedRow,
  type SealedTable,
} from './sealed-table.js';

/** A place in the walk over all sealed values. */
export interface WalkPlace {
  kind: SealedKind;
  /** As the table gave it; '': its beginning. */
  after: string;
}

/** What one page of the walk has found. */
export interface WalkPage {
  kind: SealedKind;
  /** Values by the id of their key, as they were found. */
  found: ReadonlyMap<string, number>;
  /** Rows that are sealed with the current key now, and were not before. */
  resealed: number;
  /** Rows that another process was writing: walk once more. */
  busy: number;
  /** Rows that stay as they are: no accepted key opens them. */
  failed: number;
  /** The first of them. */
  problems: readonly { subject: string; message: string }[];
  /** Null: everything has been seen. */
  next: WalkPlace | null;
}

export interface WalkOptions {
  /** False: only looks. */
  reseal: boolean;
  /** The page ends with the batch in which this is over. */
  pageMs: number;
  maxProblems: number;
}

/**
 * Walks over everything that depends on PROCTOR_SECRET_KEY and seals it with the current key. Keeps no state: each row says
 * with which key it is sealed, so that a walk may end anywhere, start again, and run in several processes at once.
 */
export class KeyRotation {
  private readonly tables: readonly SealedTable<unknown>[];

  constructor(
    database: Database,
    private readonly box: SecretBox,
    hashArgs: HashArgs,
  ) {
    this.tables = [
      new SealedSecrets(database, box),
      new SealedAuditKey(database, box),
      new SealedSchedules(database, box, hashArgs),
      new SealedExecutions(database, box),
    ];
  }

  /** The key that seals. */
  get keyId(): string {
    return this.box.keyId;
  }

  /** The keys that open, the one that seals first. */
  get keyIds(): readonly string[] {
    return this.box.keyIds;
  }

  async page(place: WalkPlace, { reseal, pageMs, maxProblems }: WalkOptions): Promise<WalkPage> {
    const table = this.tables.find(({ kind }) => kind === place.kind);
    if (!table) throw new Error(`nothing is sealed in ${place.kind}`);
    const startedAtMs = performance.now();
    const page = new PageOfWalk(maxProblems);
    let after: string | null = place.after;
    do {
      const batch = await table.read(after);
      batch.rows.forEach((row) => this.note(row, page));
      if (reseal) await this.reseal(table, batch.rows, page);
      after = batch.next;
    } while (after !== null && performance.now() - startedAtMs < pageMs);
    const { found, resealed, busy, failed, problems } = page;
    const next = after === null ? startAfter(place.kind) : { kind: place.kind, after };
    return { kind: place.kind, found, resealed, busy, failed, problems, next };
  }

  private note({ subject, keyIds }: SealedRow<unknown>, page: PageOfWalk): void {
    for (const keyId of keyIds) page.found.set(keyId, (page.found.get(keyId) ?? 0) + 1);
    const foreign = keyIds.find((keyId) => this.isForeign(keyId));
    if (foreign !== undefined) page.fail(subject, `was sealed with key ${foreign}, which is not accepted`);
  }

  private async reseal(
    table: SealedTable<unknown>,
    rows: readonly SealedRow<unknown>[],
    page: PageOfWalk,
  ): Promise<void> {
    const writes: unknown[] = [];
    for (const row of rows) {
      if (row.keyIds.every((keyId) => keyId === this.box.keyId)) continue;
      if (row.keyIds.some((keyId) => this.isForeign(keyId))) continue;
      try {
        writes.push(row.reseal());
      } catch {
        page.fail(row.subject, 'cannot be opened: it was damaged, or moved from another place');
      }
    }
    if (writes.length === 0) return;
    const { written, problems } = await table.write(writes);
    page.resealed += written;
    page.busy += writes.length - written - problems.length;
    problems.forEach(({ subject, message }) => page.fail(subject, message));
  }

  private isForeign(keyId: string): boolean {
    return keyId !== UNKNOWN_KEY && keyId !== PLAIN && !this.box.keyIds.includes(keyId);
  }
}

class PageOfWalk {
  readonly found = new Map<string, number>();
  readonly problems: { subject: string; message: string }[] = [];
  resealed = 0;
  busy = 0;
  failed = 0;

  constructor(private readonly maxProblems: number) {}

  fail(subject: string, message: string): void {
    this.failed += 1;
    if (this.problems.length < this.maxProblems) this.problems.push({ subject, message });
  }
}

function startAfter(kind: SealedKind): WalkPlace | null {
  const next = SEALED_KINDS[SEALED_KINDS.indexOf(kind) + 1];
  return next === undefined ? null : { kind: next, after: '' };
}

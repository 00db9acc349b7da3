import { randomBytes } from 'node:crypto';
import type { PodSecurityLevel } from '@app/domain';
import { retry } from '@app/timing';
import { isDatabaseUnavailable } from './database-error.js';
import type { Database } from './database.js';
import { explainTlsFailure } from './tls-failure.js';
import { checkMigrated, NotMigratedError } from './migrated.js';

const WAIT_MS = 1_000;
const TELL_AGAIN_MS = 30_000;

/**
 * The id that labels every Job of this installation. It belongs to one database: a dump that is restored elsewhere
 * finds another system identifier or database oid and gets a new id, so that it never adopts or deletes Jobs of the
 * original. Safe to call from several processes at once.
 */
export async function readInstallationId(database: Database): Promise<string> {
  const fresh = randomBytes(4).toString('hex');
  const [row] = await database.client.$queryRaw<{ id: string }[]>`
    WITH here AS (
      SELECT system_identifier::text || '/' || (SELECT oid FROM pg_database WHERE datname = current_database()) AS identity
      FROM pg_control_system()
    )
    INSERT INTO installation AS known (id, database_identity)
    SELECT ${fresh}, identity FROM here
    ON CONFLICT (singleton) DO UPDATE SET
      id = CASE WHEN known.database_identity = excluded.database_identity THEN known.id ELSE excluded.id END,
      database_identity = excluded.database_identity
    RETURNING id`;
  if (!row) throw new Error('the installation row could not be read');
  return row.id;
}

/**
 * Reads the installation id when a process starts: waits while Postgres is down or not migrated yet, and says so
 * at once and every 30 seconds. Throws the signal's reason when it aborts.
 */
export async function waitForInstallation(
  database: Database,
  signal: AbortSignal,
  onWait: (what: string) => void,
): Promise<string> {
  const read = async () => {
    await checkMigrated(database);
    return await readInstallationId(database);
  };
  return await whenMigrated(read, signal, onWait);
}

/** What holds for procs' pods where the settings say nothing. */
export interface PodRules {
  /** `baseline` if the installation is older than the levels, because its procs may need root; else `restricted`. */
  podSecurity: PodSecurityLevel;
  /** Annotations with a prefix that procs had before there was a list of what is allowed. */
  keptAnnotations: readonly string[];
}

/** Waits and throws as `waitForInstallation` does; call that first. */
export async function waitForPodRules(
  database: Database,
  signal: AbortSignal,
  onWait: (what: string) => void,
): Promise<PodRules> {
  const read = async () => {
    const [row] = await database.client.$queryRaw<{ level: PodSecurityLevel; kept: string[] }[]>`
      SELECT pod_security AS level, kept_annotations AS kept FROM installation`;
    if (!row) throw new Error('the installation row could not be read');
    return { podSecurity: row.level, keptAnnotations: row.kept };
  };
  return await whenMigrated(read, signal, onWait);
}

async function whenMigrated<T>(
  read: () => Promise<T>,
  signal: AbortSignal,
  onWait: (what: string) => void,
): Promise<T> {
  let told: { what: string; atMs: number } | null = null;
  return await retry(read, {
    isTransient: (error) => isDatabaseUnavailable(error) || error instanceof NotMigratedError,
    delayMs: () => WAIT_MS,
    signal,
    onRetry: (error) => {
      const what = describeWait(error as Error);
      if (told?.what === what && performance.now() - told.atMs < TELL_AGAIN_MS) return;
      told = { what, atMs: performance.now() };
      onWait(what);
    },
  });
}

function describeWait(error: Error): string {
  if (error instanceof NotMigratedError) return `${error.message} Waiting for it.`;
  const reason = error.message.trim().split('\n').at(-1) || error.name;
  return `Waiting for Postgres: ${explainTlsFailure(reason) ?? reason}`;
}

/** Stores over what the notifier can send; the last notifier to start decides. */
export async function storeOpenChannels(database: Database, channels: readonly string[]): Promise<void> {
  await database.client.$executeRaw`UPDATE installation SET open_channels = ${[...channels]}::text[]`;
}

/** Null: no notifier of this version has started yet. */
export async function readOpenChannels(database: Database): Promise<string[] | null> {
  const [row] = await database.client.$queryRaw<{ channels: string[] | null }[]>`
    SELECT open_channels AS channels FROM installation`;
  return row?.channels ?? null;
}

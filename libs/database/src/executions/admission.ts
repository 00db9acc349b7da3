import type { Session } from '../connection/database.js';

/** How many waiters one call lets in at most; the sweep goes on with the rest. */
const MAX_AT_ONCE = 100;

/**
 * Lets in waiters of a proc while it has free slots; users take turns, the one admitted longest ago first. Locks the proc's row,
 * so that two processes never count the same slot. Call it inside the transaction that frees a slot.
 * @returns ids that may be enqueued after the commit.
 */
export async function admitForSlot(session: Session, procName: string): Promise<number[]> {
  // Locked before anybody looks for waiters: one that is being accepted meanwhile still counts the slot as taken.
  const [proc] = await session.$queryRaw<{ concurrency_limit: number }[]>`
    SELECT concurrency_limit FROM proc WHERE name = ${procName} AND concurrency_limit IS NOT NULL FOR UPDATE`;
  if (!(await hasSlotWaiters(session, procName))) return [];
  const free = proc ? proc.concurrency_limit - (await countAdmitted(session, procName)) : MAX_AT_ONCE;
  const admitted: number[] = [];
  while (admitted.length < Math.min(free, MAX_AT_ONCE)) {
    const id = await admitNext(session, procName);
    if (id === null) break;
    admitted.push(id);
  }
  return admitted;
}

/**
 * Lets the oldest execution of a schedule go on that waited for the one before it to end, if none but waiters is left. It
 * waits for its user's share then, which the caller has to look at next. Locks the schedule's row, which orders it with
 * the process that fires it.
 * @returns the user whose share it waits for; null: nobody was let in
 */
export async function admitForOverlap(session: Session, scheduleId: bigint): Promise<string | null> {
  // Locked before anybody looks: a run that is being accepted meanwhile waits for the one that ends.
  await session.$queryRaw`SELECT 1 FROM schedule WHERE id = ${scheduleId} AND overlap <> 'allow' FOR UPDATE`;
  const [row] = await session.$queryRaw<{ user_email: string }[]>`
    UPDATE execution SET waiting_for = 'share'
    WHERE id = (
      SELECT id FROM execution WHERE schedule_id = ${scheduleId} AND ended_at IS NULL AND waiting_for = 'overlap'
      ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
      AND NOT EXISTS (
        SELECT 1 FROM execution WHERE schedule_id = ${scheduleId} AND ended_at IS NULL
          AND waiting_for IS DISTINCT FROM 'overlap')
    RETURNING user_email`;
  return row?.user_email ?? null;
}

/**
 * Lets in the oldest of a user's executions that wait for their user's share, if there is room now. One whose proc has
 * a limit goes on to wait for a slot.
 * @returns ids that may be enqueued after the commit.
 */
export async function admitForShare(session: Session, userEmail: string, share: number): Promise<number[]> {
  const rows = await session.$queryRaw<{ id: bigint; waiting_for: string | null }[]>`
    WITH room AS (
      SELECT greatest(0, least(${MAX_AT_ONCE}::int, ${share}::int - (
        SELECT count(*) FROM (
          SELECT 1 FROM execution
          WHERE user_email = ${userEmail} AND ended_at IS NULL AND waiting_for IS NULL LIMIT ${share}) admitted))) AS n
    ), next AS (
      SELECT id, proc_name FROM execution
      WHERE user_email = ${userEmail} AND ended_at IS NULL AND waiting_for = 'share'
      ORDER BY id LIMIT (SELECT n FROM room) FOR UPDATE SKIP LOCKED
    )
    UPDATE execution e SET
      waiting_for = CASE WHEN p.concurrency_limit IS NULL THEN NULL ELSE 'slot' END,
      admitted_at = CASE WHEN p.concurrency_limit IS NULL THEN clock_timestamp() END
    FROM next LEFT JOIN proc p ON p.name = next.proc_name
    WHERE e.id = next.id
    RETURNING e.id, e.waiting_for`;
  return rows.filter((row) => row.waiting_for === null).map((row) => Number(row.id));
}

/** Executions of the proc that hold a slot. Exact only while the proc's row is locked. */
export async function countAdmitted(session: Session, procName: string): Promise<number> {
  const [row] = await session.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM execution
    WHERE proc_name = ${procName} AND ended_at IS NULL AND waiting_for IS NULL`;
  return row?.n ?? 0;
}

async function hasSlotWaiters(session: Session, procName: string): Promise<boolean> {
  const rows = await session.$queryRaw<unknown[]>`
    SELECT 1 FROM execution WHERE proc_name = ${procName} AND ended_at IS NULL AND waiting_for = 'slot' LIMIT 1`;
  return rows.length > 0;
}

async function admitNext(session: Session, procName: string): Promise<number | null> {
  // The recursive part steps from user to user over the index instead of reading every waiter.
  const [row] = await session.$queryRaw<{ id: bigint }[]>`
    WITH RECURSIVE waiting_user AS (
      (SELECT user_email FROM execution
       WHERE proc_name = ${procName} AND waiting_for = 'slot' AND ended_at IS NULL ORDER BY user_email LIMIT 1)
      UNION ALL
      SELECT (SELECT e.user_email FROM execution e
              WHERE e.proc_name = ${procName} AND e.waiting_for = 'slot' AND e.ended_at IS NULL
                AND e.user_email > w.user_email ORDER BY e.user_email LIMIT 1)
      FROM waiting_user w WHERE w.user_email IS NOT NULL
    ), turn AS (
      SELECT w.user_email, (
        SELECT max(e.admitted_at) FROM execution e
        WHERE e.proc_name = ${procName} AND e.user_email = w.user_email) AS last_admitted_at
      FROM waiting_user w WHERE w.user_email IS NOT NULL
    )
    UPDATE execution SET waiting_for = NULL, admitted_at = clock_timestamp()
    WHERE id = (
      SELECT e.id FROM turn
      CROSS JOIN LATERAL (
        SELECT id FROM execution
        WHERE proc_name = ${procName} AND waiting_for = 'slot' AND user_email = turn.user_email AND ended_at IS NULL
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) e
      ORDER BY turn.last_admitted_at NULLS FIRST, e.id LIMIT 1)
    RETURNING id`;
  return row ? Number(row.id) : null;
}

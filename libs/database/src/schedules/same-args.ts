import type { Session } from '../connection/database.js';
import { Prisma } from '../generated/client.js';

/**
 * Marks the hash of a schedule whose row stays while a new one may have the same args: a one-shot that has run, or one whose
 * owner's account was removed.
 */
export const DONE_HASH_SUFFIX = ' done ';

/** The hash of its args. */
export function withoutDone(argsHash: string): string {
  return argsHash.split(DONE_HASH_SUFFIX, 1)[0] ?? argsHash;
}

/**
 * Whether a schedule with the same args has its hash under another key: the unique index knows nothing of it. Creations of
 * processes that seal with different keys run one after the other.
 */
export async function hasOtherHash(
  session: Session,
  schedule: HasArgs & { id?: bigint },
  otherArgsHashes: readonly string[] = [],
): Promise<boolean> {
  const { procName, id } = schedule;
  if (otherArgsHashes.length === 0) return false;
  await session.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('proctor.schedule.args'), hashtext(${procName}))`;
  const others = otherArgsHashes.map((argsHash) => sameArgs({ ...schedule, argsHash }));
  const found = await session.schedule.findFirst({
    where: { OR: others, ...(id !== undefined && { id: { not: id } }) },
    select: { id: true },
  });
  return found !== null;
}

/** What the unique index `schedule_args_once` is about. */
interface HasArgs {
  procName: string;
  argsHash: string;
  secretArgs: unknown;
  userEmail: string;
}

/** As the unique index `schedule_args_once`. */
export function sameArgs({ procName, argsHash, secretArgs, userEmail }: HasArgs) {
  return secretArgs === null
    ? { procName, argsHash, secretArgs: { equals: Prisma.DbNull } }
    : { procName, argsHash, userEmail, secretArgs: { not: Prisma.DbNull } };
}

/** Lets others have schedules with the same args, and another account of this email as many as it may. May be repeated. */
export async function releaseArgsOf(session: Session, userEmail: string): Promise<void> {
  await session.$executeRaw`
    UPDATE schedule SET args_hash = args_hash || ${DONE_HASH_SUFFIX} || id
    WHERE user_email = ${userEmail} AND position(${DONE_HASH_SUFFIX} IN args_hash) = 0`;
}

import type { Session } from '../connection/database.js';
import { Prisma } from '../generated/client.js';

/** Marks the hash of a one-shot schedule that has run: its row stays, and a new schedule may have the same args. */
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

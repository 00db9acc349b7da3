import { setTimeout as sleep } from 'node:timers/promises';
import { readLeftovers } from './read-cluster.js';
import type { Sources } from './sources.js';

const LOOK_MS = 1_000;

/**
 * Waits until nothing goes on any more: every execution has ended, every notification is sent or given up, and the
 * cluster is empty. Workers keep a finished Job for about 22 seconds and sweep every 10. Stop what makes new work first.
 * @returns null, or what still goes on after `timeoutMs`: collect the evidence all the same, it shows the same
 */
export async function untilSettled(
  sources: Pick<Sources, 'query' | 'sandbox'>,
  timeoutMs: number,
): Promise<string | null> {
  for (const deadline = performance.now() + timeoutMs; ; await sleep(LOOK_MS)) {
    const goingOn = await describeGoingOn(sources).catch(
      (error: unknown) => `nobody answers: ${String(error)}`,
    );
    if (goingOn === null || performance.now() >= deadline) return goingOn;
  }
}

async function describeGoingOn({
  query,
  sandbox,
}: Pick<Sources, 'query' | 'sandbox'>): Promise<string | null> {
  const [counts] = await query<{ live: number; untold: number; unsent: number }>(`
    select (select count(*)::int from execution where ended_at is null) as live,
      (select count(*)::int from notification where spread_at is null) as untold,
      (select count(*)::int from delivery where state = 'pending') as unsent`);
  if (!counts) return 'the database gave no row';
  const { live, untold, unsent } = counts;
  if (live + untold + unsent > 0) {
    return `${live} executions, ${untold} notifications, ${unsent} deliveries go on`;
  }
  const leftovers = await readLeftovers(sandbox);
  const [first] = leftovers;
  return first ? `${leftovers.length} objects are in the cluster, such as ${first.kind} ${first.name}` : null;
}

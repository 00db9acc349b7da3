/** What to do at a tick while an earlier execution of the same schedule is still live. */
export const OVERLAP_POLICIES = ['allow', 'skip', 'queue'] as const;

export type OverlapPolicy = (typeof OVERLAP_POLICIES)[number];

/**
 * Decides whether a tick becomes an execution. `allow`: always. `skip`: only if no execution of the schedule is live.
 * `queue`: also if one is live; the new execution then waits behind at most `queueCap - 1` others.
 * @param live executions of this schedule that are not final, whether running or waiting
 * @param queueCap how many may wait behind the running one; 0 makes `queue` the same as `skip`
 */
export function decideOverlap(policy: OverlapPolicy, live: number, queueCap: number): 'fire' | 'skip' {
  switch (policy) {
    case 'allow':
      return 'fire';
    case 'skip':
      return live === 0 ? 'fire' : 'skip';
    case 'queue':
      return live <= queueCap ? 'fire' : 'skip';
  }
}

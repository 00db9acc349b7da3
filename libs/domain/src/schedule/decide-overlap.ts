/** What happens at a tick while an earlier execution of the same schedule has not ended. */
export const OVERLAP_POLICIES = ['allow', 'skip', 'queue'] as const;

export type OverlapPolicy = (typeof OVERLAP_POLICIES)[number];

/**
 * Whether a tick becomes an execution. `allow`: always. `skip`: only when no other one lives. `queue`: also when one
 * lives, and then it waits its turn, behind at most `queueCap - 1` others that wait.
 * @param live executions of this schedule that are not final, whether they run or wait
 * @param queueCap how many may wait behind the one that runs; 0 makes `queue` the same as `skip`
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

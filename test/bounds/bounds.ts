/**
 * What one execution may cost at most. Each bound is what was measured, and about 15 % more; lower it with every improvement,
 * and raise it only with a reason. `npm run bench -- --only counts` shows the figures of a full-size run.
 *
 * The goals: 4 commits for one of 300 at once, 8 for a lone one; 10 Redis commands; 1 update of its row that is not HOT.
 */
export const BOUNDS: Readonly<Record<'at once' | 'alone', Readonly<Record<string, number>>>> = {
  'at once': {
    commits: 16,
    'updates of its row': 7.5,
    'updates not HOT': 3.4,
    'Redis commands': 9.2,
    'Kubernetes calls': 4.8,
  },
  alone: {
    commits: 22,
    'updates of its row': 7.3,
    'updates not HOT': 2.9,
    'Redis commands': 14.7,
    'Kubernetes calls': 5,
  },
};

/** What the services may do per second whether or not executions run, such as heartbeats. A slow machine has more of it. */
export const IDLE_PER_SECOND: Readonly<Record<string, number>> = {
  commits: 6,
  'Redis commands': 3,
};

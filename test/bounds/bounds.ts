/**
 * What one execution may cost at most. Each bound is what was measured, and about 15 % more; lower it with every improvement,
 * and raise it only with a reason. `npm run bench -- --only counts` shows the figures of a full-size run.
 *
 * The goals: 4 commits for one of 300 at once, 8 for a lone one; 10 Redis commands; 1 update of its row that is not HOT.
 */
export const BOUNDS: Readonly<Record<'at once' | 'alone', Readonly<Record<string, number>>>> = {
  'at once': {
    commits: 3.5,
    'updates of its row': 6.2,
    'updates not HOT': 1.8,
    'Redis commands': 11.6,
    'Kubernetes calls': 5.9,
  },
  alone: {
    commits: 11,
    'updates of its row': 4.7,
    'updates not HOT': 1.2,
    'Redis commands': 13,
    'Kubernetes calls': 5.8,
  },
};

/** What the services may do per second whether or not executions run, such as heartbeats. A slow machine has more of it. */
export const IDLE_PER_SECOND: Readonly<Record<string, number>> = {
  commits: 6,
  'Redis commands': 3,
};

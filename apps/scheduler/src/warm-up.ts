import type { DueBatch, FirePlan } from '@app/database';
import { DEFAULT_SCHEDULE_POLICIES, plainArg, plainProc } from '@app/domain';

const SCHEDULES = 350;
const TIMES = 10;

/**
 * Warms up: plans artificial schedules and discards the result. Without it, the first tick of a process is 100 ms later
 * than the next ones, because code is compiled on first use and V8's young generation grows as it fills.
 * @param plan pure
 * @returns how many ticks of the last plan fired; if it is not all of them, the warm-up was not realistic
 */
export function warmUp(plan: (batch: DueBatch) => FirePlan): number {
  let fired = 0;
  for (let time = 0; time < TIMES; time++) {
    // Serialized and parsed, like real batches and plans.
    const { ticks } = JSON.parse(JSON.stringify(plan(createBatch()))) as FirePlan;
    fired = ticks.filter(({ outcome }) => outcome === 'fired').length;
  }
  return fired;
}

function createBatch(): DueBatch {
  const now = new Date();
  const userEmail = 'warm-up@example.org';
  const registered = {
    proc: plainProc('warm-up', { args: [plainArg('ARG')] }),
    revision: 1,
    createdAt: now,
    updatedAt: now,
  };
  const due = Array.from({ length: SCHEDULES }, (_, id) => ({
    schedule: {
      ...DEFAULT_SCHEDULE_POLICIES,
      id,
      procName: registered.proc.name,
      args: { ARG: `${id}` },
      secretArgNames: [],
      cron: '* * * * *',
      at: null,
      userEmail,
      nextFireAt: now,
    },
    secretArgs: null,
    proc: registered,
    owner: { account: { isActive: true, groups: [] }, signIn: null },
  }));
  return { now, due, room: {} };
}

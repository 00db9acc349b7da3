import type { DueBatch, FirePlan } from '@app/database';
import { DEFAULT_SCHEDULE_POLICIES, plainArg, plainProc } from '@app/domain';

const SCHEDULES = 350;
const TIMES = 10;

/**
 * Plans made-up schedules, of which nothing is kept. The first tick of a process would otherwise come 100 ms later than
 * each after it: code is compiled when it is first used, and V8's young generation grows as it is filled.
 * @param plan pure
 * @returns how many ticks of the last plan fired; all of them, or it was not a real tick that was rehearsed
 */
export function rehearse(plan: (batch: DueBatch) => FirePlan): number {
  let fired = 0;
  for (let time = 0; time < TIMES; time++) {
    // There and back as JSON, as batches and plans go.
    const { ticks } = JSON.parse(JSON.stringify(plan(makeUpBatch()))) as FirePlan;
    fired = ticks.filter(({ outcome }) => outcome === 'fired').length;
  }
  return fired;
}

function makeUpBatch(): DueBatch {
  const now = new Date();
  const userEmail = 'rehearsal@example.org';
  const registered = {
    proc: plainProc('rehearsal', { args: [plainArg('ARG')] }),
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
    live: 0,
  }));
  return { now, due, slots: new Map(), admittedOf: new Map() };
}

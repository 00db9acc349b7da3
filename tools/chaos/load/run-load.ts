import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../random.js';
import { newSubmission, type Submission } from '../record.js';
import type { Gateways, Identity } from './gateways.js';
import { keyOf, planRequest } from './plan-request.js';
import { RunRequest, type RequestContext } from './run-request.js';

export interface LoadOptions {
  seed: number;
  seconds: number;
  /** Submissions per second. */
  rate: number;
  gateways: Gateways;
  users: readonly Identity[];
  /** On abort nothing new is submitted. */
  stop: AbortSignal;
  onProgress: (active: number, submissions: readonly Submission[]) => void;
}

/** Executions in flight; more polling clients would overload the machine. */
const MAX_ACTIVE = 80;
/** The longest script: in a long chaos run, and in the shortest one. */
const MAX_SCRIPT_MS = 40_000;
const MIN_LONG_SCRIPT_MS = 8_000;
/** After an outage at most this much of the load is caught up. */
const MAX_CATCH_UP_SECONDS = 60;
const PROGRESS_INTERVAL_MS = 15_000;

export interface Load {
  submissions: Submission[];
  /** Waits until each client has seen the end of its execution, or the time is over. */
  finish(withinMs: number): Promise<void>;
}

/** Submits at `rate` until the time is over, with a bound on executions in flight. */
export async function runLoad(options: LoadOptions): Promise<Load> {
  const { seed, seconds, rate, users, stop, onProgress } = options;
  const longestMs = Math.min(MAX_SCRIPT_MS, Math.max(MIN_LONG_SCRIPT_MS, Math.round(seconds * 200)));
  const submissions: Submission[] = [];
  const [plans, choices, pauses] = [new Random(seed), new Random(seed + 1), new Random(seed + 2)];
  const giveUp = new AbortController();
  setMaxListeners(0, giveUp.signal);
  const context: RequestContext = { gateways: options.gateways, random: pauses, giveUp: giveUp.signal };
  const active = new Set<Promise<void>>();
  const revisits = new Set<Promise<void>>();

  const begin = () => {
    const plan = planRequest(plans, longestMs);
    const user = choices.pick(users);
    const submission = newSubmission({
      key: keyOf(plan.kind, seed, submissions.length),
      userEmail: user.email,
      proc: plan.proc,
      script: plan.script,
    });
    submissions.push(submission);
    const request = new RunRequest(context, user, plan, submission);
    track(
      active,
      request.run().then(() => track(revisits, request.pollAgain())),
    );
  };

  const startedAt = performance.now();
  const elapsedSeconds = () => (performance.now() - startedAt) / 1_000;
  let nextProgressAt = startedAt + PROGRESS_INTERVAL_MS;
  let owed = 0;
  for (let last = 0; elapsedSeconds() < seconds && !stop.aborted; await sleep(25)) {
    const now = elapsedSeconds();
    owed = Math.min(owed + (now - last) * rate, MAX_CATCH_UP_SECONDS * rate);
    last = now;
    for (; owed >= 1 && active.size < MAX_ACTIVE; owed -= 1) begin();
    if (performance.now() < nextProgressAt) continue;
    nextProgressAt += PROGRESS_INTERVAL_MS;
    onProgress(active.size, submissions);
  }
  return {
    submissions,
    async finish(withinMs) {
      const timer = setTimeout(() => giveUp.abort(), withinMs);
      while (active.size + revisits.size > 0) await Promise.all([...active, ...revisits]);
      clearTimeout(timer);
    },
  };
}

function track(set: Set<Promise<void>>, work: Promise<void>): void {
  set.add(work);
  void work.finally(() => set.delete(work));
}

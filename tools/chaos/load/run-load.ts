import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../random.js';
import type { Submission } from '../record.js';
import type { Gateways, Identity } from './gateways.js';
import { keyOf, planRequest } from './plan-request.js';
import { RunRequest, type RequestContext } from './run-request.js';

export interface LoadOptions {
  seed: number;
  seconds: number;
  /** A second. */
  rate: number;
  gateways: Gateways;
  users: readonly Identity[];
  /** Aborts when somebody asked to stop: nothing new is begun. */
  stop: AbortSignal;
  onProgress: (going: number, submissions: readonly Submission[]) => void;
}

/** So many executions may be on their way before the next one waits: with more, their clients' looks take the machine. */
const MAX_GOING = 80;
/** Of what takes long: in a long run, and in the shortest one. */
const LONGEST_MS = 40_000;
const SHORTEST_LONG_MS = 8_000;
/** After an outage at most this much is caught up on. */
const LONGEST_ARREARS_SECONDS = 60;
const PROGRESS_INTERVAL_MS = 15_000;

export interface Load {
  submissions: Submission[];
  /** What was begun is seen to its end, for at most so long. */
  finish(withinMs: number): Promise<void>;
}

/** Submits at the rate until the time is over, and never has too much going at once. */
export async function runLoad(options: LoadOptions): Promise<Load> {
  const { seed, seconds, rate, users, stop, onProgress } = options;
  const longestMs = Math.min(LONGEST_MS, Math.max(SHORTEST_LONG_MS, Math.round(seconds * 200)));
  const submissions: Submission[] = [];
  const [plans, whom, pauses] = [new Random(seed), new Random(seed + 1), new Random(seed + 2)];
  const giveUp = new AbortController();
  setMaxListeners(0, giveUp.signal);
  const context: RequestContext = { gateways: options.gateways, random: pauses, giveUp: giveUp.signal };
  const going = new Set<Promise<void>>();
  const looking = new Set<Promise<void>>();

  const begin = () => {
    const plan = planRequest(plans, longestMs);
    const user = whom.pick(users);
    const submission = newSubmission(keyOf(plan.kind, seed, submissions.length), user.email, plan);
    submissions.push(submission);
    const request = new RunRequest(context, user, plan, submission);
    track(
      going,
      request.run().then(() => track(looking, request.lookAgain())),
    );
  };

  const startedAt = performance.now();
  const elapsedSeconds = () => (performance.now() - startedAt) / 1_000;
  let nextProgressAt = startedAt + PROGRESS_INTERVAL_MS;
  let owed = 0;
  for (let last = 0; elapsedSeconds() < seconds && !stop.aborted; await sleep(25)) {
    const now = elapsedSeconds();
    owed = Math.min(owed + (now - last) * rate, LONGEST_ARREARS_SECONDS * rate);
    last = now;
    for (; owed >= 1 && going.size < MAX_GOING; owed -= 1) begin();
    if (performance.now() < nextProgressAt) continue;
    nextProgressAt += PROGRESS_INTERVAL_MS;
    onProgress(going.size, submissions);
  }
  return {
    submissions,
    async finish(withinMs) {
      const timer = setTimeout(() => giveUp.abort(), withinMs);
      while (going.size + looking.size > 0) await Promise.all([...going, ...looking]);
      clearTimeout(timer);
    },
  };
}

function track(set: Set<Promise<void>>, work: Promise<void>): void {
  set.add(work);
  void work.finally(() => set.delete(work));
}

function newSubmission(
  key: string,
  userEmail: string,
  { proc, script }: Pick<Submission, 'proc' | 'script'>,
): Submission {
  return {
    key,
    proc,
    userEmail,
    script,
    askedAtMs: Date.now(),
    acceptedIds: [],
    refusals: [],
    cancel: null,
    seenEnds: [],
    viewedLines: null,
  };
}

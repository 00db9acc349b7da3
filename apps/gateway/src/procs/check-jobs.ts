import type { JobCheckReply } from '@app/contract';
import { snapshotOf, type PodTemplatesStore } from '@app/database';
import type { ArgDeclaration, Proc } from '@app/domain';
import { JOB_CHECK_TIMEOUT_MS, type SignalSender } from '@app/queue';
import * as z from 'zod';

/** A worker that is there claims a question at once. */
const CLAIM_MS = 2_000;
const MAX_AT_ONCE = 4;
/** Of this gateway: each check costs the API server a request. */
const MAX_PER_MINUTE = 60;

const trial = z.object({
  manifest: z.record(z.string(), z.unknown()),
  outcome: z.enum(['accepted', 'refused', 'unanswered']),
  message: z.string(),
  warnings: z.array(z.string()),
});

/** Asks the workers which Jobs procs become, and whether the cluster would take them. */
export class CheckJobs {
  private minuteStartMs = -Infinity;
  private askedInMinute = 0;

  constructor(
    private readonly signals: Pick<SignalSender, 'ask'>,
    private readonly templates: Pick<PodTemplatesStore, 'list'>,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** In the order of the procs. Takes a bounded time; a worker that is away is no error. */
  async check(procs: readonly Proc[]): Promise<JobCheckReply[]> {
    const templates = await this.templates.list();
    const signal = AbortSignal.timeout(JOB_CHECK_TIMEOUT_MS);
    const replies: JobCheckReply[] = [];
    for (let start = 0; start < procs.length; start += MAX_AT_ONCE) {
      const batch = procs.slice(start, start + MAX_AT_ONCE);
      // Without a worker, waiting again for each batch would find out nothing.
      const isAlone = replies.some(({ outcome }) => outcome === 'no_worker');
      replies.push(
        ...(await Promise.all(
          batch.map(async (proc) => {
            if (isAlone) return withoutWorker(proc);
            if (signal.aborted) return withoutAnswer(proc);
            if (!this.mayAsk()) return notAsked(proc);
            const template = templates.find(({ name }) => name === proc.pod.template)?.template;
            return this.ask(
              proc,
              { ...snapshotOf(withoutTexts(proc)), ...(template && { podTemplate: template }) },
              signal,
            );
          }),
        )),
      );
    }
    return replies;
  }

  private async ask(
    proc: Proc,
    snapshot: ReturnType<typeof snapshotOf>,
    signal: AbortSignal,
  ): Promise<JobCheckReply> {
    const args = Object.fromEntries(
      proc.args.filter(({ type }) => type !== 'secret').map((arg) => [arg.name, placeholderOf(arg)]),
    );
    const question = { proc: { name: proc.name, image: proc.imageName, args, snapshot } };
    const { isClaimed, value } = await this.signals.ask('jobCheck', question, { claimMs: CLAIM_MS, signal });
    const parsed = trial.safeParse(value);
    if (!parsed.success) return isClaimed || signal.aborted ? withoutAnswer(proc) : withoutWorker(proc);
    const { outcome, ...rest } = parsed.data;
    return { proc: proc.name, outcome: outcome === 'unanswered' ? 'unknown' : outcome, ...rest };
  }

  private mayAsk(): boolean {
    const nowMs = this.nowMs();
    if (nowMs - this.minuteStartMs >= 60_000) [this.minuteStartMs, this.askedInMinute] = [nowMs, 0];
    this.askedInMinute += 1;
    return this.askedInMinute <= MAX_PER_MINUTE;
  }
}

/** The Job names the files only. */
function withoutTexts(proc: Proc): Proc {
  return { ...proc, pod: { ...proc.pod, files: proc.pod.files.map(({ content: _, ...file }) => file) } };
}

/** What a user might give. */
function placeholderOf({ name, default: value, example, options }: ArgDeclaration): string {
  return value ?? example ?? options[0] ?? `<${name}>`;
}

function withoutWorker(proc: Proc): JobCheckReply {
  const message = 'No worker answered. Start one, or check its connection to Redis.';
  return { proc: proc.name, outcome: 'no_worker', message, warnings: [] };
}

/** A webhook that hangs takes longer, or the other procs took all the time. */
function withoutAnswer(proc: Proc): JobCheckReply {
  const message = `No answer came within ${JOB_CHECK_TIMEOUT_MS / 1000} s. Check fewer procs at once, or see the log of the workers.`;
  return { proc: proc.name, outcome: 'unknown', message, warnings: [] };
}

function notAsked(proc: Proc): JobCheckReply {
  const message = `At most ${MAX_PER_MINUTE} Jobs a minute are checked. Try again in a minute.`;
  return { proc: proc.name, outcome: 'not_asked', message, warnings: [] };
}

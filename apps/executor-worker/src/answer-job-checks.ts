import { jobNameOf } from '@app/database';
import { DEFAULT_POD_SETTINGS } from '@app/domain';
import { JOB_CHECK_TIMEOUT_MS, type SignalPayload, type SignalSender } from '@app/queue';
import type { Cluster, JobTrial } from '@app/runner';
import { adviseOnSecurity } from './advise-on-security.js';
import { buildJobRequest } from './build-job-request.js';
import type { WorkerLog, WorkerSettings } from './worker-context.js';

/** More questions are left to other workers. */
const MAX_AT_ONCE = 4;
/** In place of an execution's: no execution has this id. */
const NO_EXECUTION = 0;

export interface AnswerJobChecksDependencies {
  settings: WorkerSettings;
  cluster: Pick<Cluster, 'in' | 'allows'>;
  signals: Pick<SignalSender, 'claim' | 'answer'>;
  log: Pick<WorkerLog, 'warn'>;
}

/** Tells the gateway which Job a proc becomes, and whether the cluster would take it. */
export class AnswerJobChecks {
  private running = 0;

  constructor(private readonly dependencies: AnswerJobChecksDependencies) {}

  /** Answers if no other worker does. Never throws. */
  async answer({ installationId, questionId, proc }: SignalPayload<'jobCheck'>): Promise<void> {
    const { settings, cluster, signals, log } = this.dependencies;
    if (installationId !== settings.installationId || this.running >= MAX_AT_ONCE) return;
    const pod = { ...DEFAULT_POD_SETTINGS, ...proc.snapshot.pod };
    // Another worker may have the namespace in its settings.
    if (!cluster.allows(pod.namespace)) return;
    this.running += 1;
    try {
      if (!(await signals.claim(questionId))) return;
      const request = buildJobRequest(settings, {
        jobName: jobNameOf(installationId, NO_EXECUTION),
        executionId: String(NO_EXECUTION),
        procName: proc.name,
        userEmail: 'user@example.com',
        image: proc.image,
        args: proc.args,
        snapshot: { ...proc.snapshot, pod },
      });
      const trial: JobTrial = await cluster
        .in(pod.namespace)
        .tryJob(request, AbortSignal.timeout(JOB_CHECK_TIMEOUT_MS));
      await signals.answer(questionId, {
        ...trial,
        message: adviseOnSecurity(trial.message),
        warnings: trial.warnings.map(adviseOnSecurity),
      });
    } catch (err) {
      log.warn({ err, proc: proc.name }, 'could not check a Job');
    } finally {
      this.running -= 1;
    }
  }
}

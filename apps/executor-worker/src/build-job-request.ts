import { completeSecurity, type ProcSnapshot } from '@app/domain';
import type { JobRequest } from '@app/runner';
import type { WorkerSettings } from './worker-context.js';

/** What a Job runs: an execution, or a proc as if it were executed. */
export interface JobSubject {
  jobName: string;
  executionId: string;
  procName: string;
  userEmail: string;
  image: string;
  /** Without secret ones. */
  args: Readonly<Record<string, string>>;
  snapshot: ProcSnapshot;
}

/** Completes the settings of the proc with those of the worker. Pure. */
export function buildJobRequest(settings: WorkerSettings, subject: JobSubject): JobRequest {
  const { jobName, executionId, procName, userEmail, image, args, snapshot } = subject;
  const { pod, podTemplate } = snapshot;
  return {
    jobName,
    executionId,
    procName,
    team: snapshot.organization,
    user: userEmail,
    image,
    args,
    context: {
      EXECUTION_ID: executionId,
      JOB_NAME: procName,
      EXECUTION_NAME: jobName,
      USER_EMAIL: userEmail,
      IMAGE_TAG: image,
    },
    timeoutSeconds: snapshot.timeoutSeconds ?? settings.defaultTimeoutSeconds,
    retries: snapshot.retries ?? settings.defaultRetries,
    pod: {
      ...pod,
      annotations: { ...settings.podAnnotations, ...pod.annotations },
      serviceAccount: pod.serviceAccount ?? settings.serviceAccountName,
      security: completeSecurity(pod.security, settings.security),
    },
    ...(podTemplate !== undefined && { podTemplate }),
  };
}

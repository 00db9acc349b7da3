import { createHash } from 'node:crypto';
import { isLabelValue, PROC_CONTAINER } from '@app/domain';
import type { JobRequest } from '../runner.js';

/** Names and labels of our objects in the cluster. The watches and the orphan sweep select by them. */
export const INSTALLATION_LABEL = 'proctor.io/installation';
export const EXECUTION_ID_LABEL = 'proctor.io/execution-id';
export const PROC_LABEL = 'proctor.io/proc';
/** For cost tools, beside the labels of the proc and the execution. */
export const TEAM_LABEL = 'proctor.io/team';
export const USER_LABEL = 'proctor.io/user';
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
/** Kueue queues Jobs that have it. */
export const QUEUE_LABEL = 'kueue.x-k8s.io/queue-name';
/** The Job controller of every Kubernetes version puts it on pods. */
export const JOB_NAME_LABEL = 'job-name';
export const CONTAINER_NAME = PROC_CONTAINER;

const LABEL_MAX_LENGTH = 63;
const USER_HASH_LENGTH = 32;

/** The closest valid label value. Different names may become equal, so it is for display, never for lookups. */
export function toLabelValue(name: string): string {
  return name
    .replace(/[^A-Za-z0-9_.-]/g, '-')
    .slice(0, LABEL_MAX_LENGTH)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}

/** An email is no label value: the first half of its SHA-256, in hexadecimal digits. Addresses are equal in any case. */
export function userLabelValue(email: string): string {
  return isLabelValue(email)
    ? email
    : createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, USER_HASH_LENGTH);
}

export function labelsOf(
  installationId: string,
  { executionId, procName, team, user }: Pick<JobRequest, 'executionId' | 'procName' | 'team' | 'user'>,
): Record<string, string> {
  const teamValue = toLabelValue(team);
  return {
    [INSTALLATION_LABEL]: installationId,
    [EXECUTION_ID_LABEL]: executionId,
    [PROC_LABEL]: toLabelValue(procName),
    ...(teamValue !== '' && { [TEAM_LABEL]: teamValue }),
    ...(user !== '' && { [USER_LABEL]: userLabelValue(user) }),
    [MANAGED_BY_LABEL]: 'proctor',
  };
}

/** Names and labels of our objects in the cluster. The watches and the orphan sweep select by them. */
export const INSTALLATION_LABEL = 'proctor.io/installation';
export const EXECUTION_ID_LABEL = 'proctor.io/execution-id';
export const PROC_LABEL = 'proctor.io/proc';
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
/** The Job controller of every Kubernetes version puts it on pods. */
export const JOB_NAME_LABEL = 'job-name';
export const CONTAINER_NAME = 'proc';

const LABEL_MAX_LENGTH = 63;

/** The closest valid label value. Different names may become equal, so it is for display, never for lookups. */
export function toLabelValue(name: string): string {
  return name
    .replace(/[^A-Za-z0-9_.-]/g, '-')
    .slice(0, LABEL_MAX_LENGTH)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}

export function isDnsLabel(value: string): boolean {
  return value.length <= LABEL_MAX_LENGTH && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(value);
}

export function labelsOf(
  installationId: string,
  executionId: string,
  procName: string,
): Record<string, string> {
  return {
    [INSTALLATION_LABEL]: installationId,
    [EXECUTION_ID_LABEL]: executionId,
    [PROC_LABEL]: toLabelValue(procName),
    [MANAGED_BY_LABEL]: 'proctor',
  };
}

import type { ContainerStatus, Job, Pod, PodFailurePolicyRule } from '../objects/kube-object.js';

export interface PolicyMatch {
  action: PodFailurePolicyRule['action'];
  /** Of the condition that a `FailJob` sets. */
  message: string;
}

/** The first rule of the Job's `podFailurePolicy` that matches a failed pod, as Kubernetes' Job controller decides. */
export function matchPodFailurePolicy({ spec }: Job, pod: Pod): PolicyMatch | null {
  const { namespace, name } = pod.metadata;
  for (const [index, { action, onExitCodes, onPodConditions }] of (
    spec.podFailurePolicy?.rules ?? []
  ).entries()) {
    if (onExitCodes) {
      const status = matchingContainer(pod, onExitCodes);
      if (status) {
        const message = `Container ${status.name} for pod ${namespace}/${name} failed with exit code ${status.state.terminated?.exitCode} matching ${action} rule at index ${index}`;
        return { action, message };
      }
    }
    const condition = onPodConditions?.find((wanted) => hasCondition(pod, wanted));
    if (condition) {
      const message = `Pod ${namespace}/${name} has condition ${condition.type} matching ${action} rule at index ${index}`;
      return { action, message };
    }
  }
  return null;
}

/** Exit code 0 and containers without an end never match. */
function matchingContainer(
  { status }: Pod,
  { containerName, operator, values }: NonNullable<PodFailurePolicyRule['onExitCodes']>,
): ContainerStatus | undefined {
  const all = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
  return all.find(({ name, state: { terminated } }) => {
    if (!terminated || terminated.exitCode === 0) return false;
    if (containerName !== undefined && containerName !== name) return false;
    return values.includes(terminated.exitCode) === (operator === 'In');
  });
}

function hasCondition({ status }: Pod, wanted: { type: string; status: string }): boolean {
  return status.conditions?.some((one) => one.type === wanted.type && one.status === wanted.status) ?? false;
}

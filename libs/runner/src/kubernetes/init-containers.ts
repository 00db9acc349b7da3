import type { V1Container, V1ContainerStatus, V1Pod, V1PodSpec } from '@kubernetes/client-node';

/** Sidecars that start before the other containers and go on with them: init containers that restart always. */
export function nativeSidecars(spec: V1PodSpec | undefined): V1Container[] {
  return (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
}

/** How the init container ended that failed the pod, such as `setup exited with code 1`. Null: none failed. */
export function failedInitContainer(pod: V1Pod): string | null {
  const sidecars = new Set(nativeSidecars(pod.spec).map(({ name }) => name));
  for (const { name, state } of pod.status?.initContainerStatuses ?? []) {
    const end = state?.terminated;
    if (!end || end.exitCode === 0 || sidecars.has(name)) continue;
    const why = [end.reason === 'Error' ? null : end.reason, end.message].filter(Boolean).join(': ');
    return `${name} exited with code ${end.exitCode}${why ? ` (${why})` : ''}`;
  }
  return null;
}

/** What the first init container that is not done waits for or does. Null: none keeps the other containers waiting. */
export function blockingInitContainer(pod: V1Pod): { reason: string; message: string } | null {
  const sidecars = new Set(nativeSidecars(pod.spec).map(({ name }) => name));
  const blocking = pod.status?.initContainerStatuses?.find((status) => !isDone(status, sidecars));
  if (!blocking) return null;
  const { name, state } = blocking;
  const waiting = state?.waiting;
  // The kubelet has not got to this one yet.
  if (waiting?.reason === 'PodInitializing' || waiting?.reason === 'ContainerCreating') {
    return { reason: waiting.reason, message: `init container ${name} is being created` };
  }
  if (waiting) {
    const message = [`init container ${name}`, waiting.message].filter(Boolean).join(': ');
    return { reason: waiting.reason ?? 'PodInitializing', message };
  }
  const doing = state?.terminated ? `exited with code ${state.terminated.exitCode}` : 'has not finished';
  return { reason: 'PodInitializing', message: `init container ${name} ${doing}` };
}

function isDone({ name, state, started }: V1ContainerStatus, sidecars: ReadonlySet<string>): boolean {
  return sidecars.has(name) ? started === true : state?.terminated?.exitCode === 0;
}

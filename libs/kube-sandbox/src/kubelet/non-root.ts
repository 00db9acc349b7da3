import type { Container, Pod } from '../objects/kube-object.js';

/** Why the kubelet does not start a container that must not be root; null: it does. `user` is that of the image. */
export function nonRootProblem(pod: Pod, container: Container, user: string): string | null {
  const { runAsNonRoot, runAsUser } = { ...pod.spec.securityContext, ...container.securityContext };
  if (runAsNonRoot !== true || (runAsUser ?? 0) !== 0) return null;
  const { name, namespace, uid } = pod.metadata;
  const where = `(pod: "${name}_${namespace}(${uid})", container: ${container.name})`;
  if (runAsUser === 0) return `container's runAsUser breaks non-root policy ${where}`;
  if (user === '' || user === '0' || user === 'root') {
    return `container has runAsNonRoot and image will run as root ${where}`;
  }
  if (/^\d+$/.test(user)) return null;
  return `container has runAsNonRoot and image has non-numeric user (${user}), cannot verify user is non-root ${where}`;
}

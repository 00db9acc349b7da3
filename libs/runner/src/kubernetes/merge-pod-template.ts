import type {
  V1Container,
  V1PodSpec,
  V1PodTemplateSpec,
  V1SecurityContext,
  V1VolumeMount,
} from '@kubernetes/client-node';
import { objectsIn, PROC_CONTAINER, type JsonObject, type PodTemplate } from '@app/domain';

/**
 * Puts a pod template under the pod that we build. Where both set something, ours stays; lists are joined. Only rights of
 * the proc's container are added to ours: a template has them only if the installation lists them. Pure.
 * @param template as `checkPodTemplate` accepted it
 */
export function mergePodTemplate(pod: V1PodTemplateSpec, template: PodTemplate): V1PodTemplateSpec {
  const { labels, annotations } = template.metadata;
  return {
    metadata: {
      ...pod.metadata,
      labels: { ...labels, ...pod.metadata?.labels },
      annotations: { ...annotations, ...pod.metadata?.annotations },
    },
    ...(pod.spec && { spec: mergeSpec(pod.spec, template.spec) }),
  };
}

function mergeSpec(ours: V1PodSpec, spec: JsonObject): V1PodSpec {
  const theirs = spec as Partial<V1PodSpec>;
  const containers = objectsIn(spec['containers']) as unknown as V1Container[];
  const additions = containers.find(({ name }) => name === PROC_CONTAINER);
  const [own, ...rest] = ours.containers;
  const safe = (list: readonly V1Container[]) => list.map((container) => withDefaults(container, own));
  const others = safe(containers.filter(({ name }) => name !== PROC_CONTAINER));
  const before = safe(theirs.initContainers ?? []);
  return {
    ...theirs,
    ...ours,
    ...optional('nodeSelector', { ...theirs.nodeSelector, ...ours.nodeSelector }),
    ...optional('tolerations', [...(ours.tolerations ?? []), ...(theirs.tolerations ?? [])]),
    ...optional('imagePullSecrets', unite(ours.imagePullSecrets, theirs.imagePullSecrets)),
    ...optional('volumes', unite(ours.volumes, theirs.volumes)),
    ...optional('securityContext', { ...theirs.securityContext, ...ours.securityContext }),
    ...optional('initContainers', [...(ours.initContainers ?? []), ...before]),
    containers: [...(own ? [additions ? addTo(own, additions) : own] : []), ...rest, ...others],
  };
}

/** Leaves the field out if it is empty. */
function optional<Name extends string, Value extends object>(name: Name, value: Value) {
  return Object.keys(value).length === 0 ? {} : { [name]: value };
}

/** By name; of two with the same, ours. */
function unite<Item extends { name?: string }>(
  ours: readonly Item[] = [],
  theirs: readonly Item[] = [],
): Item[] {
  const names = new Set(ours.map(({ name }) => name));
  return [...ours, ...theirs.filter(({ name }) => !names.has(name))];
}

function addTo(own: V1Container, { volumeMounts, securityContext }: V1Container): V1Container {
  const mounts = uniteMounts(own.volumeMounts, volumeMounts);
  return {
    ...own,
    ...(mounts.length > 0 && { volumeMounts: mounts }),
    securityContext: addRights(own.securityContext ?? {}, securityContext ?? {}),
  };
}

function uniteMounts(ours: readonly V1VolumeMount[] = [], theirs: readonly V1VolumeMount[] = []) {
  const paths = new Set(ours.map(({ mountPath }) => mountPath));
  return [...ours, ...theirs.filter(({ mountPath }) => !paths.has(mountPath))];
}

function addRights(own: V1SecurityContext, rights: V1SecurityContext): V1SecurityContext {
  const { privileged, allowPrivilegeEscalation, capabilities } = rights;
  const add = capabilities?.add ?? [];
  // Kubernetes refuses `privileged` without the escalation.
  const escalates = privileged === true || allowPrivilegeEscalation === true;
  return {
    ...own,
    ...(escalates && { allowPrivilegeEscalation: true }),
    ...(privileged === true && { privileged }),
    ...(add.length > 0 && { capabilities: { ...own.capabilities, add: [...add] } }),
  };
}

/** What a container of the template does not say about its user and rights, it has as the proc's container, without additions. */
function withDefaults(container: V1Container, own: V1Container | undefined): V1Container {
  const { privileged, capabilities, ...rest } = container.securityContext ?? {};
  const { runAsUser, runAsGroup, runAsNonRoot } = own?.securityContext ?? {};
  return {
    ...container,
    securityContext: {
      ...(privileged === true ? { privileged } : { allowPrivilegeEscalation: false }),
      ...(runAsUser !== undefined && { runAsUser }),
      ...(runAsGroup !== undefined && { runAsGroup }),
      ...(runAsNonRoot !== undefined && { runAsNonRoot }),
      capabilities: { ...capabilities, drop: ['ALL'] },
      ...rest,
    },
  };
}

import {
  countUtf8Bytes,
  plainArg,
  type ArgDeclaration,
  type MountedObject,
  type PodFile,
  type PodSettings,
  type Proc,
  type SecuritySettings,
  type UndeclaredArgs,
} from '@app/domain';
import type { ProcMetadata } from './metadata.js';
import { numberOf, Written } from './written.js';

type ArgMetadata = ProcMetadata['env_vars']['args'][number];

/** Maps validated metadata to a proc. */
export function procFromMetadata(metadata: ProcMetadata): Proc {
  const { concurrency } = metadata;
  return {
    name: metadata.name,
    description: metadata.description,
    imageName: metadata.image_name,
    args: metadata.env_vars.args.map(argFromMetadata),
    secrets: metadata.env_vars.secrets.map(({ name, description }) => ({ name, description })),
    authorizedGroups: metadata.authorized_groups,
    author: metadata.author,
    contributors: metadata.contributors,
    organization: metadata.organization,
    allowUndeclaredArgs: metadata.allow_undeclared_args || [],
    timeoutSeconds: metadata.timeout_seconds ?? null,
    retries: metadata.retries ?? null,
    concurrency: concurrency ? { limit: concurrency.limit, whenFull: concurrency.when_full } : null,
    pod: podFromMetadata(metadata),
  };
}

function argFromMetadata(arg: ArgMetadata): ArgDeclaration {
  return plainArg(arg.name, {
    description: arg.description,
    type: arg.type ?? 'string',
    required: arg.required ?? false,
    default: arg.default ?? null,
    pattern: arg.pattern ?? null,
    options: arg.options ?? [],
    min: boundFrom(arg.min),
    max: boundFrom(arg.max),
    example: arg.example ?? null,
  });
}

function boundFrom(bound: ArgMetadata['min']): string | null {
  if (bound == null) return null;
  return bound instanceof Written ? bound.jsonNumber : String(bound);
}

function podFromMetadata(metadata: ProcMetadata): PodSettings {
  const { resources } = metadata;
  return {
    namespace: metadata.namespace ?? null,
    resources: resources ? { requests: resources.requests ?? {}, limits: resources.limits ?? {} } : null,
    nodeSelector: metadata.node_selector ?? {},
    tolerations: (metadata.tolerations ?? []).map((toleration) => ({
      key: toleration.key ?? null,
      operator: toleration.operator ?? 'Equal',
      value: toleration.value ?? null,
      effect: toleration.effect ?? null,
      tolerationSeconds: toleration.toleration_seconds ?? null,
    })),
    serviceAccount: metadata.service_account ?? null,
    imagePullSecrets: metadata.image_pull_secrets ?? [],
    annotations: metadata.annotations ?? {},
    security: securityFromMetadata(metadata.security),
    priorityClass: metadata.priority_class ?? null,
    runtimeClass: metadata.runtime_class ?? null,
    imagePullPolicy: metadata.image_pull_policy ?? null,
    queue: metadata.queue ?? null,
    repeatable: metadata.repeatable ?? false,
    scratch: metadata.scratch ?? null,
    files: (metadata.files ?? []).map(fileFromMetadata),
    configMaps: mountsFromMetadata(metadata.config_maps),
    secrets: mountsFromMetadata(metadata.secrets),
    template: metadata.pod_template ?? null,
    retryOn: metadata.retry_on ?? [],
    failOn: metadata.fail_on ?? [],
  };
}

type FileMetadata = NonNullable<ProcMetadata['files']>[number];

function fileFromMetadata({ path, content, bytes }: FileMetadata): PodFile {
  return typeof content === 'string'
    ? { path, bytes: countUtf8Bytes(content), digest: '', content }
    : { path, bytes: bytes ?? 0, digest: '' };
}

function metadataFromFile({ path, bytes, content }: PodFile): FileMetadata {
  return content === undefined ? { path, bytes } : { path, content };
}

function mountsFromMetadata(mounts: ProcMetadata['secrets']): MountedObject[] {
  return (mounts ?? []).map(({ name, path }) => ({ name, path: path ?? null }));
}

function metadataFromMount({ name, path }: MountedObject) {
  return { name, ...(path !== null && { path }) };
}

function securityFromMetadata(security: ProcMetadata['security']): SecuritySettings | null {
  if (!security) return null;
  return {
    runAsUser: security.run_as_user ?? null,
    runAsGroup: security.run_as_group ?? null,
    runAsNonRoot: security.run_as_non_root ?? null,
    readOnlyRootFilesystem: security.read_only_root_filesystem ?? null,
    fsGroup: security.fs_group ?? null,
  };
}

/** Maps a proc to its wire form. Fields that v2 does not know are omitted when they are unset. */
export function metadataFromProc(proc: Proc): ProcMetadata {
  return {
    name: proc.name,
    description: proc.description,
    image_name: proc.imageName,
    env_vars: {
      secrets: proc.secrets.map(({ name, description }) => ({ name, description })),
      args: proc.args.map(metadataFromArg),
    },
    authorized_groups: [...proc.authorizedGroups],
    author: proc.author,
    contributors: proc.contributors,
    organization: proc.organization,
    ...undeclaredFrom(proc.allowUndeclaredArgs),
    ...(proc.timeoutSeconds !== null && { timeout_seconds: proc.timeoutSeconds }),
    ...(proc.retries !== null && { retries: proc.retries }),
    ...(proc.concurrency && {
      concurrency: { limit: proc.concurrency.limit, when_full: proc.concurrency.whenFull },
    }),
    ...metadataFromPod(proc.pod),
  };
}

function undeclaredFrom(allowed: UndeclaredArgs): Pick<ProcMetadata, 'allow_undeclared_args'> {
  if (allowed === true) return { allow_undeclared_args: true };
  return allowed.length > 0 ? { allow_undeclared_args: [...allowed] } : {};
}

function metadataFromArg(arg: ArgDeclaration): ArgMetadata {
  return {
    name: arg.name,
    description: arg.description,
    ...(arg.type !== 'string' && { type: arg.type }),
    ...(arg.required && { required: true }),
    ...(arg.default !== null && { default: arg.default }),
    ...(arg.pattern !== null && { pattern: arg.pattern }),
    ...(arg.options.length > 0 && { options: [...arg.options] }),
    ...(arg.min !== null && { min: numberOf(arg.min) }),
    ...(arg.max !== null && { max: numberOf(arg.max) }),
    ...(arg.example !== null && { example: arg.example }),
  };
}

function metadataFromPod(pod: PodSettings): Partial<ProcMetadata> {
  return {
    ...(pod.namespace !== null && { namespace: pod.namespace }),
    ...(pod.resources && {
      resources: { requests: { ...pod.resources.requests }, limits: { ...pod.resources.limits } },
    }),
    ...(hasEntries(pod.nodeSelector) && { node_selector: { ...pod.nodeSelector } }),
    ...(pod.tolerations.length > 0 && {
      tolerations: pod.tolerations.map(({ key, operator, value, effect, tolerationSeconds }) => ({
        operator,
        ...(key !== null && { key }),
        ...(value !== null && { value }),
        ...(effect !== null && { effect }),
        ...(tolerationSeconds !== null && { toleration_seconds: tolerationSeconds }),
      })),
    }),
    ...(pod.serviceAccount !== null && { service_account: pod.serviceAccount }),
    ...(pod.imagePullSecrets.length > 0 && { image_pull_secrets: [...pod.imagePullSecrets] }),
    ...(hasEntries(pod.annotations) && { annotations: { ...pod.annotations } }),
    ...(pod.priorityClass !== null && { priority_class: pod.priorityClass }),
    ...(pod.runtimeClass !== null && { runtime_class: pod.runtimeClass }),
    ...(pod.imagePullPolicy !== null && { image_pull_policy: pod.imagePullPolicy }),
    ...(pod.retryOn.length > 0 && { retry_on: [...pod.retryOn] }),
    ...(pod.failOn.length > 0 && { fail_on: [...pod.failOn] }),
    ...(pod.files.length > 0 && { files: pod.files.map(metadataFromFile) }),
    ...(pod.configMaps.length > 0 && { config_maps: pod.configMaps.map(metadataFromMount) }),
    ...(pod.secrets.length > 0 && { secrets: pod.secrets.map(metadataFromMount) }),
    ...(pod.queue !== null && { queue: pod.queue }),
    ...(pod.repeatable && { repeatable: true }),
    ...(pod.template !== null && { pod_template: pod.template }),
    ...(pod.scratch && { scratch: { ...pod.scratch } }),
    ...(pod.security && { security: metadataFromSecurity(pod.security) }),
  };
}

function metadataFromSecurity(security: SecuritySettings): ProcMetadata['security'] {
  const { runAsUser, runAsGroup, runAsNonRoot, readOnlyRootFilesystem, fsGroup } = security;
  return {
    ...(runAsUser !== null && { run_as_user: runAsUser }),
    ...(runAsGroup !== null && { run_as_group: runAsGroup }),
    ...(runAsNonRoot !== null && { run_as_non_root: runAsNonRoot }),
    ...(readOnlyRootFilesystem !== null && { read_only_root_filesystem: readOnlyRootFilesystem }),
    ...(fsGroup !== null && { fs_group: fsGroup }),
  };
}

function hasEntries(map: Readonly<Record<string, string>>): boolean {
  return Object.keys(map).length > 0;
}

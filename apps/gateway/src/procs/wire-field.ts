/** The fields that a `Proc` and the metadata of the contract name differently. */
const WIRE_PREFIXES: readonly (readonly [ofProc: string, ofMetadata: string])[] = [
  ['imageName', 'image_name'],
  ['args', 'env_vars.args'],
  ['secrets', 'env_vars.secrets'],
  ['authorizedGroups', 'authorized_groups'],
  ['allowUndeclaredArgs', 'allow_undeclared_args'],
  ['timeoutSeconds', 'timeout_seconds'],
  ['concurrency.whenFull', 'concurrency.when_full'],
  ['pod.namespace', 'namespace'],
  ['pod.resources', 'resources'],
  ['pod.nodeSelector', 'node_selector'],
  ['pod.tolerations', 'tolerations'],
  ['pod.serviceAccount', 'service_account'],
  ['pod.imagePullSecrets', 'image_pull_secrets'],
  ['pod.annotations', 'annotations'],
  ['pod.retryOn', 'retry_on'],
  ['pod.failOn', 'fail_on'],
  ['pod.scratch', 'scratch'],
  ['pod.files', 'files'],
  ['pod.configMaps', 'config_maps'],
  ['pod.secrets', 'secrets'],
  ['pod.queue', 'queue'],
  ['pod.template', 'pod_template'],
  ['pod.priorityClass', 'priority_class'],
  ['pod.runtimeClass', 'runtime_class'],
  ['pod.imagePullPolicy', 'image_pull_policy'],
  ['pod.security.runAsUser', 'security.run_as_user'],
  ['pod.security.runAsGroup', 'security.run_as_group'],
  ['pod.security.runAsNonRoot', 'security.run_as_non_root'],
  ['pod.security.readOnlyRootFilesystem', 'security.read_only_root_filesystem'],
  ['pod.security.fsGroup', 'security.fs_group'],
];

/** Converts a path into a `Proc`, `args.1.pattern`, to the path into its metadata, `env_vars.args.1.pattern`. */
export function toWireField(field: string): string {
  const found = WIRE_PREFIXES.find(([prefix]) => field === prefix || field.startsWith(`${prefix}.`));
  const path = found ? found[1] + field.slice(found[0].length) : field;
  return path.replace(/^(tolerations\.\d+)\.tolerationSeconds$/, '$1.toleration_seconds');
}

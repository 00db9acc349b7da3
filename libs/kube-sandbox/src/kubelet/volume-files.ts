import type { Pod, Volume } from '../objects/kube-object.js';
import type { ObjectStore } from '../objects/object-store.js';

/** The files in a volume by name, or the kubelet's words for what is missing. */
export type VolumeOutcome =
  { kind: 'ready'; files: ReadonlyMap<string, Buffer> } | { kind: 'missing'; message: string };

/** Reads a volume as it is now. An emptyDir has no files. */
export function volumeFiles(store: ObjectStore, { metadata }: Pod, volume: Volume): VolumeOutcome {
  const namespace = metadata.namespace ?? '';
  const { secret, configMap } = volume;
  if (secret) {
    const found = store.get('secrets', namespace, secret.secretName);
    if (!found) return missing(volume, `secret "${secret.secretName}" not found`);
    return ready(found.data, 'base64');
  }
  if (configMap) {
    const found = store.get('configmaps', namespace, configMap.name);
    if (!found) return missing(volume, `configmap "${configMap.name}" not found`);
    return ready(found.data, 'utf8');
  }
  return ready({}, 'utf8');
}

function ready(data: Readonly<Record<string, string>> = {}, encoding: BufferEncoding): VolumeOutcome {
  const files = Object.entries(data).map(([name, text]) => [name, Buffer.from(text, encoding)] as const);
  return { kind: 'ready', files: new Map(files) };
}

function missing({ name }: Volume, what: string): VolumeOutcome {
  return { kind: 'missing', message: `MountVolume.SetUp failed for volume "${name}" : ${what}` };
}

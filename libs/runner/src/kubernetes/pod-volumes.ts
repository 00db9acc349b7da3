import type { V1EnvFromSource, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { PodSettings } from '@app/domain';

export interface PodVolumes {
  volumes: V1Volume[];
  volumeMounts: V1VolumeMount[];
  envFrom: V1EnvFromSource[];
}

/** What the proc asks for besides its image: scratch space, and ConfigMaps and Secrets as files or variables. */
export function podVolumes({
  scratch,
  configMaps,
  secrets,
}: Pick<PodSettings, 'scratch' | 'configMaps' | 'secrets'>): PodVolumes {
  const result: PodVolumes = { volumes: [], volumeMounts: [], envFrom: [] };
  if (scratch) {
    result.volumes.push({ name: 'scratch', emptyDir: { sizeLimit: scratch.size } });
    result.volumeMounts.push({ name: 'scratch', mountPath: scratch.path });
  }
  const add = (volume: V1Volume, path: string | null, variables: V1EnvFromSource) => {
    if (path === null) {
      result.envFrom.push(variables);
      return;
    }
    result.volumes.push(volume);
    result.volumeMounts.push({ name: volume.name, mountPath: path, readOnly: true });
  };
  configMaps.forEach(({ name, path }, index) => {
    add({ name: `config-map-${index}`, configMap: { name } }, path, { configMapRef: { name } });
  });
  secrets.forEach(({ name, path }, index) => {
    add({ name: `secret-${index}`, secret: { secretName: name } }, path, { secretRef: { name } });
  });
  return result;
}

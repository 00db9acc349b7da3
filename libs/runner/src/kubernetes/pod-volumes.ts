import type { V1EnvFromSource, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { PodSettings } from '@app/domain';
import { fileKey, filesSecretName } from './secret-manifest.js';

export interface PodVolumes {
  volumes: V1Volume[];
  volumeMounts: V1VolumeMount[];
  envFrom: V1EnvFromSource[];
}

/** The container's user is not known. */
const READABLE_BY_ALL = 0o444;

/** What the proc asks for besides its image: scratch space, files, and ConfigMaps and Secrets as files or variables. */
export function podVolumes(
  jobName: string,
  { scratch, files, configMaps, secrets }: Pick<PodSettings, 'scratch' | 'files' | 'configMaps' | 'secrets'>,
): PodVolumes {
  const result: PodVolumes = { volumes: [], volumeMounts: [], envFrom: [] };
  if (scratch) {
    result.volumes.push({ name: 'scratch', emptyDir: { sizeLimit: scratch.size } });
    result.volumeMounts.push({ name: 'scratch', mountPath: scratch.path });
  }
  if (files.length > 0) {
    const secretName = filesSecretName(jobName);
    result.volumes.push({ name: 'files', secret: { secretName, defaultMode: READABLE_BY_ALL } });
    files.forEach(({ path }, index) => {
      const mount = { name: 'files', mountPath: path, subPath: fileKey(index), readOnly: true };
      result.volumeMounts.push(mount);
    });
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

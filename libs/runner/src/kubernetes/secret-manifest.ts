import type { V1Secret } from '@kubernetes/client-node';
import type { JobRef, SecretData } from '../runner.js';
import { INSTALLATION_LABEL, MANAGED_BY_LABEL } from './names.js';

/**
 * Builds the Secret without which a Job's container cannot start: same name, immutable, deleted with the Job. May be empty.
 * `blockOwnerDeletion` is false, because true requires permission to update the Job's finalizers.
 */
export function buildSecretManifest(job: JobRef, values: SecretData, place: SecretPlace): V1Secret {
  return ownedSecret(job.jobName, job, values, place);
}

/** Builds the Secret with the texts of the Job's files, which the pod mounts. */
export function buildFilesManifest(job: JobRef, texts: readonly string[], place: SecretPlace): V1Secret {
  const values = Object.fromEntries(texts.map((text, index) => [fileKey(index), text]));
  return ownedSecret(filesSecretName(job.jobName), job, values, place);
}

/** No Job has this name: those end with a number. */
export function filesSecretName(jobName: string): string {
  return `${jobName}-files`;
}

/** A path is no key of a Secret. */
export function fileKey(index: number): string {
  return `file-${index}`;
}

interface SecretPlace {
  installationId: string;
  namespace: string;
}

function ownedSecret(
  name: string,
  { jobName, jobUid }: JobRef,
  values: SecretData,
  { installationId, namespace }: SecretPlace,
): V1Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    immutable: true,
    metadata: {
      name,
      namespace,
      labels: { [INSTALLATION_LABEL]: installationId, [MANAGED_BY_LABEL]: 'proctor' },
      ownerReferences: [
        {
          apiVersion: 'batch/v1',
          kind: 'Job',
          name: jobName,
          uid: jobUid,
          controller: false,
          blockOwnerDeletion: false,
        },
      ],
    },
    data: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('base64')]),
    ),
  };
}

export function readSecretValues(secret: V1Secret): SecretData {
  return Object.fromEntries(
    Object.entries(secret.data ?? {}).map(([name, value]) => [
      name,
      Buffer.from(value, 'base64').toString('utf8'),
    ]),
  );
}

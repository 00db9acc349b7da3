import type { V1Secret } from '@kubernetes/client-node';
import type { JobRef } from '../runner.js';
import { INSTALLATION_LABEL, MANAGED_BY_LABEL } from './names.js';

/**
 * Builds the Secret without which a Job's container cannot start: same name, immutable, deleted with the Job. May be empty.
 * `blockOwnerDeletion` is false, because true requires permission to update the Job's finalizers.
 */
export function buildSecretManifest(
  { jobName, jobUid }: JobRef,
  values: Readonly<Record<string, string>>,
  { installationId, namespace }: { installationId: string; namespace: string },
): V1Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    immutable: true,
    metadata: {
      name: jobName,
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

export function readSecretValues(secret: V1Secret): Record<string, string> {
  return Object.fromEntries(
    Object.entries(secret.data ?? {}).map(([name, value]) => [
      name,
      Buffer.from(value, 'base64').toString('utf8'),
    ]),
  );
}

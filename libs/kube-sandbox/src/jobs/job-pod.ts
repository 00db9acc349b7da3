import { generateName } from '../objects/generate-name.js';
import { apiVersionOf, RESOURCES } from '../objects/resources.js';
import type { Job, Pod } from '../objects/kube-object.js';
import { TRACKING_FINALIZER } from './plan-job.js';

/** Builds the pod of a Job's next attempt. */
export function jobPod(job: Job): Pod {
  const { name, namespace, uid } = job.metadata;
  const { labels, annotations } = job.spec.template.metadata;
  const generateFrom = `${name}-`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: generateFrom,
      name: generateName(generateFrom),
      namespace,
      uid: '',
      resourceVersion: '',
      creationTimestamp: '',
      labels: { ...labels },
      annotations,
      ownerReferences: [
        {
          apiVersion: apiVersionOf(RESOURCES.jobs),
          kind: 'Job',
          name,
          uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      finalizers: [TRACKING_FINALIZER],
    },
    spec: { serviceAccountName: 'default', ...job.spec.template.spec },
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  };
}

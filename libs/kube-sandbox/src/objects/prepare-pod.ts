import type { FieldError } from './api-error.js';
import { type Draft, listAt, recordAt, stringAt } from './draft.js';
import type { Pod, PodSpec } from './kube-object.js';
import { validatePodSpec } from './validate-pod-spec.js';

/** Applies the API server's defaults. Inside a Job, `restartPolicy` has none. */
export function defaultPodSpec(spec: Draft): PodSpec {
  return {
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    ...spec,
    ...(listAt(spec, 'initContainers').length > 0 && {
      initContainers: listAt(spec, 'initContainers').map(defaultContainer),
    }),
    containers: listAt(spec, 'containers').map(defaultContainer),
  } as unknown as PodSpec;
}

export function defaultContainer(container: Draft): Draft {
  const image = stringAt(container, 'image') ?? '';
  const isPinned = /:[^/:]+$|@/.test(image) && !image.endsWith(':latest');
  return {
    imagePullPolicy: isPinned ? 'IfNotPresent' : 'Always',
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...container,
  };
}

export function preparePod(draft: Draft): { errors: FieldError[]; object: Pod } {
  const spec = { restartPolicy: 'Always', serviceAccountName: 'default', ...recordAt(draft, 'spec') };
  const errors = validatePodSpec('spec', spec, ['Always', 'OnFailure', 'Never']);
  const object = {
    ...draft,
    spec: defaultPodSpec(spec),
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  };
  return { errors, object: object as unknown as Pod };
}

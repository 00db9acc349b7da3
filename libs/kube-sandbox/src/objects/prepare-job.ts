import { randomUUID } from 'node:crypto';
import type { FieldError } from './api-error.js';
import { booleanAt, type Draft, listAt, numberAt, recordAt, stringAt, stringsAt } from './draft.js';
import { forbidden, invalidValue, unsupported } from './field-errors.js';
import type { Job } from './kube-object.js';
import { defaultPodSpec } from './prepare-pod.js';
import { validateFailurePolicy } from './validate-failure-policy.js';
import { validateLabels } from './validate-metadata.js';
import { validatePodSpec } from './validate-pod-spec.js';

const UNSUPPORTED = 'kube-sandbox does not support this';
const REPLACEMENT_POLICIES = ['Failed', 'TerminatingOrFailed'];

/** Validates a Job and applies the API server's defaults, including the selector and labels of its pods. */
export function prepareJob(draft: Draft): { errors: FieldError[]; object: Job } {
  const spec = recordAt(draft, 'spec');
  const template = recordAt(spec, 'template');
  const podSpec = recordAt(template, 'spec');
  const metadata = recordAt(draft, 'metadata');
  const uid = randomUUID();
  const labels = {
    ...stringsAt(recordAt(template, 'metadata'), 'labels'),
    ...trackingLabels(uid, stringAt(metadata, 'name') ?? ''),
  };
  const errors = [
    ...validateJobSpec(spec),
    ...validateLabels('spec.template.labels', labels),
    ...validatePodSpec('spec.template.spec', podSpec, ['OnFailure', 'Never']),
  ];
  const object = {
    ...draft,
    metadata: { ...metadata, uid, generation: 1 },
    spec: {
      parallelism: 1,
      completions: 1,
      completionMode: 'NonIndexed',
      backoffLimit: 6,
      suspend: false,
      podReplacementPolicy: spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed',
      manualSelector: false,
      ...spec,
      ...(spec.podFailurePolicy !== undefined && { podFailurePolicy: defaultFailurePolicy(spec) }),
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
      template: {
        ...template,
        metadata: { ...recordAt(template, 'metadata'), labels },
        spec: defaultPodSpec(podSpec),
      },
    },
    status: {},
  };
  return { errors, object: object as unknown as Job };
}

function defaultFailurePolicy(spec: Draft): Draft {
  const rules = listAt(recordAt(spec, 'podFailurePolicy'), 'rules').map((rule) => {
    const conditions = listAt(rule, 'onPodConditions');
    if (conditions.length === 0) return rule;
    return { ...rule, onPodConditions: conditions.map((one) => ({ status: 'True', ...one })) };
  });
  return { rules };
}

/** The labels by which a Job finds its pods, under their current and legacy names. */
function trackingLabels(uid: string, jobName: string): Record<string, string> {
  return {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': jobName,
    'controller-uid': uid,
    'job-name': jobName,
  };
}

function validateJobSpec(spec: Draft): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of ['parallelism', 'completions']) {
    const value = numberAt(spec, name) ?? 1;
    if (value !== 1) errors.push(forbidden(`spec.${name}`, `${UNSUPPORTED}: 1 only`));
  }
  for (const name of ['backoffLimit', 'activeDeadlineSeconds', 'ttlSecondsAfterFinished']) {
    const value = numberAt(spec, name);
    if (value !== undefined && value < 0)
      errors.push(invalidValue(`spec.${name}`, value, 'must be greater than or equal to 0'));
  }
  booleanAt(spec, 'suspend');
  const policy = stringAt(spec, 'podReplacementPolicy') ?? 'Failed';
  if (!REPLACEMENT_POLICIES.includes(policy))
    errors.push(unsupported('spec.podReplacementPolicy', policy, REPLACEMENT_POLICIES));
  const mode = stringAt(spec, 'completionMode') ?? 'NonIndexed';
  if (mode !== 'NonIndexed') errors.push(forbidden('spec.completionMode', `${UNSUPPORTED}: NonIndexed only`));
  for (const name of ['successPolicy', 'backoffLimitPerIndex', 'selector']) {
    if (spec[name] !== undefined && spec[name] !== null) errors.push(forbidden(`spec.${name}`, UNSUPPORTED));
  }
  listAt(recordAt(spec, 'template', 'spec'), 'containers');
  return [...errors, ...validateFailurePolicy(spec)];
}

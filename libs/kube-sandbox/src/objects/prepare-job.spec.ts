import { describe, expect, it } from '@jest/globals';
import { prepareJob } from './prepare-job.js';

const container = { name: 'main', image: 'proctor/x:1' };

function problems(spec: object, podSpec: object = {}, name = 'j'): string[] {
  const template = { spec: { restartPolicy: 'Never', containers: [container], ...podSpec } };
  const { errors } = prepareJob({ metadata: { name }, spec: { template, ...spec } });
  return errors.map(({ field, message }) => `${field}: ${message}`);
}

describe('prepareJob', () => {
  it('accepts a minimal Job and applies defaults', () => {
    const { errors, object } = prepareJob({
      metadata: { name: 'j' },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } },
    });
    expect(errors).toEqual([]);
    const uid = object.metadata.uid;
    expect(object.spec).toMatchObject({
      backoffLimit: 6,
      completions: 1,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
    });
    expect(object.spec.template.metadata.labels).toMatchObject({ 'job-name': 'j', 'controller-uid': uid });
    expect(object.spec.template.spec.containers[0]).toMatchObject({ imagePullPolicy: 'IfNotPresent' });
  });

  it('requires a restart policy that is valid for a Job', () => {
    expect(problems({}, { restartPolicy: undefined })).toEqual([
      'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ]);
    expect(problems({}, { restartPolicy: 'Always' })).toEqual([
      'spec.template.spec.restartPolicy: Unsupported value: "Always": supported values: "OnFailure", "Never"',
    ]);
  });

  it.each<[string, object, object]>([
    ['spec.template.spec.containers: Required value', {}, { containers: [] }],
    ['spec.template.spec.containers[0].image: Required value', {}, { containers: [{ name: 'a' }] }],
    ['spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0', { backoffLimit: -1 }, {}],
    ['spec.completions: Forbidden: kube-sandbox does not support this: 1 only', { completions: 2 }, {}],
    ['spec.template.spec.containers[0].name: Duplicate value: "main"', {}, { initContainers: [container] }],
    [
      'spec.template.spec.initContainers[0].restartPolicy: Unsupported value: "Never": supported values: "Always"',
      {},
      { initContainers: [{ ...container, name: 'setup', restartPolicy: 'Never' }] },
    ],
  ])('reports: %s', (problem, spec, podSpec) => {
    expect(problems(spec, podSpec)).toEqual([problem]);
  });

  const policy = (...rules: object[]) => ({ podFailurePolicy: { rules } });
  const codes = (change: object = {}) => ({
    action: 'Count',
    onExitCodes: { containerName: 'main', operator: 'NotIn', values: [0], ...change },
  });

  it.each<[string, object, object]>([
    [
      'spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: "mesh": must be one of the container or initContainer names in the pod template',
      policy(codes({ containerName: 'mesh' })),
      {},
    ],
    [
      'spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator',
      policy(codes({ operator: 'In' })),
      {},
    ],
    [
      'spec.podFailurePolicy.rules[0]: Invalid value: "": specifying one of OnExitCodes and OnPodConditions is required',
      policy({ action: 'Ignore' }),
      {},
    ],
    [
      'spec.podFailurePolicy.rules[0].action: Unsupported value: "Retry": supported values: "Count", "FailJob", "Ignore"',
      policy({ ...codes(), action: 'Retry' }),
      {},
    ],
    [
      'spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"',
      { ...policy(codes()), podReplacementPolicy: 'TerminatingOrFailed' },
      {},
    ],
    [
      'spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
      policy(codes()),
      { restartPolicy: 'OnFailure' },
    ],
  ])('reports a podFailurePolicy: %s', (problem, spec, podSpec) => {
    expect(problems(spec, podSpec)).toEqual([problem]);
  });

  it('fills in the defaults of a podFailurePolicy', () => {
    const rule = { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] };
    const { object } = prepareJob({
      metadata: { name: 'j' },
      spec: { ...policy(rule), template: { spec: { restartPolicy: 'Never', containers: [container] } } },
    });
    expect(object.spec).toMatchObject({
      podReplacementPolicy: 'Failed',
      podFailurePolicy: { rules: [{ onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] },
    });
  });

  it('accepts init containers and several containers, but not twice the same name', () => {
    const initContainers = [{ ...container, name: 'mesh', restartPolicy: 'Always' }];
    expect(problems({}, { initContainers, containers: [container, { ...container, name: 'b' }] })).toEqual(
      [],
    );
    expect(problems({}, { containers: [container, container] })).toEqual([
      'spec.template.spec.containers[1].name: Duplicate value: "main"',
    ]);
  });

  it('refuses a name that is too long for a label', () => {
    expect(problems({}, {}, 'j'.repeat(64))).toContainEqual(
      expect.stringContaining('must be no more than 63 characters'),
    );
  });

  it('refuses names of variables that a shell could not hold', () => {
    const env = [{ name: 'A=B', value: '' }, { name: '' }, { name: 'OK-1.x', value: 'y' }];
    const found = problems({}, { containers: [{ ...container, env }] });
    expect(found).toHaveLength(2);
    expect(found[0]).toContain('spec.template.spec.containers[0].env[0].name: Invalid value: "A=B"');
    expect(found[1]).toBe('spec.template.spec.containers[0].env[1].name: Required value');
  });
});

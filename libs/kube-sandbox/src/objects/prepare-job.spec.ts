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
    [
      'spec.template.spec.initContainers: Forbidden: kube-sandbox does not support this',
      {},
      { initContainers: [container] },
    ],
  ])('reports: %s', (problem, spec, podSpec) => {
    expect(problems(spec, podSpec)).toEqual([problem]);
  });

  it('refuses two containers, and a name that is too long for a label', () => {
    expect(problems({}, { containers: [container, container] })[0]).toContain('one container per pod only');
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

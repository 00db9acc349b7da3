import { describe, expect, it } from '@jest/globals';
import { MAX_GROUPS, MAX_IMAGE_NAME_LENGTH, MAX_PATTERN_LENGTH, MAX_TEXT_LENGTH } from './limits.js';
import { procMetadata, registerProcsBody } from './metadata.js';

const minimal = { name: 'a', image_name: 'proctor/a:1' };

describe('procMetadata', () => {
  it('treats nulls and missing fields of v2 metadata as empty', () => {
    const parsed = procMetadata.parse({
      ...minimal,
      env_vars: { secrets: null },
      authorized_groups: null,
      author: null,
    });
    expect(parsed).toEqual({
      ...minimal,
      description: '',
      env_vars: { secrets: [], args: [] },
      authorized_groups: [],
      author: '',
      contributors: '',
      organization: '',
    });
    expect(procMetadata.parse({ ...minimal, env_vars: null }).env_vars).toEqual({ secrets: [], args: [] });
  });

  it('ignores unknown fields', () => {
    expect(procMetadata.parse({ ...minimal, colour: 'red' })).not.toHaveProperty('colour');
  });

  it.each(['a', 'A', 'say-hello-world', 'a.b_c-9', 'x'.repeat(100)])('takes %s as a name', (name) => {
    expect(procMetadata.safeParse({ ...minimal, name }).success).toBe(true);
  });

  it.each(['', '-a', 'a-', 'a b', 'a/b', '__proto__', 'é', 'a\n', 'x'.repeat(101)])(
    'refuses %j as a name',
    (name) => {
      expect(procMetadata.safeParse({ ...minimal, name }).success).toBe(false);
    },
  );

  it.each([
    [{ image_name: '' }, 'image_name'],
    [{ image_name: 'a b' }, 'image_name'],
    [{ image_name: 'x'.repeat(MAX_IMAGE_NAME_LENGTH + 1) }, 'image_name'],
    [{ description: 'x'.repeat(MAX_TEXT_LENGTH + 1) }, 'description'],
    [{ author: 'a\0b' }, 'author'],
    [{ authorized_groups: Array<string>(MAX_GROUPS + 1).fill('g') }, 'authorized_groups'],
    [{ authorized_groups: [''] }, 'authorized_groups.0'],
    [{ timeout_seconds: 0 }, 'timeout_seconds'],
    [{ retries: -1 }, 'retries'],
    [{ retries: 1.5 }, 'retries'],
    [{ concurrency: { limit: 0 } }, 'concurrency.limit'],
    [{ concurrency: { limit: 1, when_full: 'wait' } }, 'concurrency.when_full'],
    [{ env_vars: { args: [{ name: '1A' }] } }, 'env_vars.args.0.name'],
    [{ env_vars: { args: [{ name: '__proto__' }] } }, 'env_vars.args.0.name'],
    [{ env_vars: { args: [{ name: 'A' }, { name: 'A' }] } }, 'env_vars.args.1.name'],
    [{ env_vars: { args: [{ name: 'A' }], secrets: [{ name: 'A' }] } }, 'env_vars.secrets.0.name'],
    [{ env_vars: { args: [{ name: 'A', type: 'date' }] } }, 'env_vars.args.0.type'],
    [{ env_vars: { args: [{ name: 'A', required: 'yes' }] } }, 'env_vars.args.0.required'],
    [{ env_vars: { args: [{ name: 'A', default: {} }] } }, 'env_vars.args.0.default'],
    [{ env_vars: { args: [{ name: 'A', default: 'a\0b' }] } }, 'env_vars.args.0.default'],
    [
      { env_vars: { args: [{ name: 'A', pattern: 'x'.repeat(MAX_PATTERN_LENGTH + 1) }] } },
      'env_vars.args.0.pattern',
    ],
    [{ env_vars: { args: [{ name: 'A', options: ['a', null] }] } }, 'env_vars.args.0.options.1'],
    [{ env_vars: { args: [{ name: 'A', min: '1' }] } }, 'env_vars.args.0.min'],
    [{ resources: { limits: { cpu: true } } }, 'resources.limits.cpu'],
    [{ node_selector: { disk: 1 } }, 'node_selector.disk'],
    [{ tolerations: [{ operator: 'Like' }] }, 'tolerations.0.operator'],
    [{ tolerations: [{ effect: 'Never' }] }, 'tolerations.0.effect'],
    [{ service_account: 'a\0b' }, 'service_account'],
    [{ image_pull_secrets: [1] }, 'image_pull_secrets.0'],
    [{ annotations: { team: '\ud800' } }, 'annotations.team'],
    [{ authorized_groups: [' ops'] }, 'authorized_groups.0'],
  ])('refuses %j and says where', (wrong, path) => {
    const { error } = procMetadata.safeParse({ ...minimal, ...wrong });
    expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });

  it('accepts numbers and booleans where the container gets text', () => {
    const args = [{ name: 'A', default: 1.5, example: true, options: [1, 'b', false] }];
    const { env_vars, resources } = procMetadata.parse({
      ...minimal,
      env_vars: { args },
      resources: { limits: { cpu: 2 } },
    });
    expect(env_vars.args[0]).toMatchObject({ default: '1.5', example: 'true', options: ['1', 'b', 'false'] });
    expect(resources?.limits).toEqual({ cpu: '2' });
  });

  it('rejects a registration that lists a proc twice', () => {
    expect(registerProcsBody.safeParse([minimal, { ...minimal }]).error?.issues[0]?.path).toEqual([
      1,
      'name',
    ]);
  });
});

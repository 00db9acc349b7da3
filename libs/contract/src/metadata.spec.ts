import { describe, expect, it } from '@jest/globals';
import type { Proc } from '@app/domain';
import fc from 'fast-check';
import { MAX_GROUPS, MAX_IMAGE_NAME_LENGTH, MAX_TEXT_LENGTH } from './limits.js';
import { metadataFromProc, procFromMetadata } from './map-metadata.js';
import { procMetadata, registerProcsBody } from './metadata.js';

const minimal = { name: 'a', image_name: 'proctor/a:1' };

describe('procMetadata', () => {
  it('takes v2 metadata with nulls and gaps as empty', () => {
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

  it('ignores fields that it does not know', () => {
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
  ])('refuses %j and says where', (wrong, path) => {
    const { error } = procMetadata.safeParse({ ...minimal, ...wrong });
    expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });

  it('refuses one proc listed twice in a registration', () => {
    expect(registerProcsBody.safeParse([minimal, { ...minimal }]).error?.issues[0]?.path).toEqual([
      1,
      'name',
    ]);
  });
});

describe('procFromMetadata and metadataFromProc', () => {
  const description = fc.string({ maxLength: 20 });
  const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,20}$/);
  const anyProc: fc.Arbitrary<Proc> = fc
    .record({
      name: fc.stringMatching(/^[a-z0-9]([a-z0-9._-]{0,20}[a-z0-9])?$/),
      description,
      imageName: fc.constant('proctor/a:1'),
      args: fc.uniqueArray(
        fc.record({ name: name.map((n) => `A${n}`), description, required: fc.boolean() }),
        {
          selector: (arg) => arg.name,
          maxLength: 5,
        },
      ),
      secrets: fc.uniqueArray(fc.record({ name: name.map((n) => `S${n}`), description }), {
        selector: (secret) => secret.name,
        maxLength: 5,
      }),
      authorizedGroups: fc.array(fc.string({ minLength: 1, maxLength: 9 }), { maxLength: 5 }),
      author: description,
      contributors: description,
      organization: description,
      allowUndeclaredArgs: fc.boolean(),
      timeoutSeconds: fc.option(fc.integer({ min: 1, max: 1000 })),
      retries: fc.option(fc.integer({ min: 0, max: 100 })),
      concurrency: fc.option(
        fc.record({
          limit: fc.integer({ min: 1, max: 100 }),
          whenFull: fc.constantFrom('queue' as const, 'refuse' as const),
        }),
      ),
    })
    .filter((proc) => !/\0/.test(JSON.stringify(proc)) && !JSON.stringify(proc).includes('\\u0000'));

  it('lose nothing over the wire', () => {
    fc.assert(
      fc.property(anyProc, (proc) => {
        const wire: unknown = JSON.parse(JSON.stringify(metadataFromProc(proc)));
        expect(procFromMetadata(procMetadata.parse(wire))).toEqual(proc);
      }),
    );
  });

  it('says nothing of what v2 does not know where there is nothing to say', () => {
    const proc = procFromMetadata(procMetadata.parse({ ...minimal, env_vars: { args: [{ name: 'A' }] } }));
    expect(Object.keys(metadataFromProc(proc)).sort()).toEqual([
      'author',
      'authorized_groups',
      'contributors',
      'description',
      'env_vars',
      'image_name',
      'name',
      'organization',
    ]);
    expect(metadataFromProc(proc).env_vars.args).toEqual([{ name: 'A', description: '' }]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { ARG_TYPES, type ArgDeclaration, type PodSettings, type Proc, type Toleration } from '@app/domain';
import fc from 'fast-check';
import { metadataFromProc, procFromMetadata } from './map-metadata.js';
import { procMetadata } from './metadata.js';
import { parseJson, stringifyJson } from './written.js';

const text = fc.string({ maxLength: 20 });
const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,20}$/);
const key = fc.stringMatching(/^[a-z]{1,9}$/);
const map = (value: fc.Arbitrary<string>) => fc.dictionary(key, value, { maxKeys: 3, noNullPrototype: true });

const bound = fc.oneof(fc.integer().map(String), fc.constantFrom('1.0', '-0', '1e3', '12345678901234567890'));

const anyArg: fc.Arbitrary<ArgDeclaration> = fc.record({
  name: name.map((n) => `A${n}`),
  description: text,
  type: fc.constantFrom(...ARG_TYPES),
  required: fc.boolean(),
  default: fc.option(text),
  pattern: fc.option(text),
  options: fc.array(text, { maxLength: 3 }),
  min: fc.option(bound),
  max: fc.option(bound),
  example: fc.option(text),
});

const anyToleration: fc.Arbitrary<Toleration> = fc.record({
  key: fc.option(key),
  operator: fc.constantFrom('Equal' as const, 'Exists' as const),
  value: fc.option(text),
  effect: fc.option(
    fc.constantFrom('NoSchedule' as const, 'PreferNoSchedule' as const, 'NoExecute' as const),
  ),
  tolerationSeconds: fc.option(fc.nat()),
});

const mounts = fc.array(fc.record({ name: key, path: fc.option(text) }), { maxLength: 2 });

const anyFile = fc.oneof(
  fc.record({ path: text, bytes: fc.nat(), digest: fc.constant('') }),
  fc
    .record({ path: text, content: fc.string({ maxLength: 20 }) })
    .map((file) => ({ ...file, bytes: Buffer.byteLength(file.content), digest: '' })),
);

const anyPod: fc.Arbitrary<PodSettings> = fc.record({
  namespace: fc.option(key),
  resources: fc.option(fc.record({ requests: map(key), limits: map(key) })),
  nodeSelector: map(text),
  tolerations: fc.array(anyToleration, { maxLength: 2 }),
  serviceAccount: fc.option(key),
  imagePullSecrets: fc.array(key, { maxLength: 2 }),
  annotations: map(text),
  priorityClass: fc.option(key),
  queue: fc.option(key),
  repeatable: fc.boolean(),
  files: fc.array(anyFile, { maxLength: 2 }),
  template: fc.option(key),
  configMaps: mounts,
  secrets: mounts,
  scratch: fc.option(fc.record({ size: key, path: text })),
  retryOn: fc.array(fc.integer({ min: 1, max: 255 }), { maxLength: 3 }),
  failOn: fc.array(fc.integer({ min: 1, max: 255 }), { maxLength: 3 }),
  runtimeClass: fc.option(key),
  imagePullPolicy: fc.option(fc.constantFrom('Always' as const, 'IfNotPresent' as const, 'Never' as const)),
  security: fc.option(
    fc.record({
      runAsUser: fc.option(fc.nat()),
      runAsGroup: fc.option(fc.nat()),
      runAsNonRoot: fc.option(fc.boolean()),
      readOnlyRootFilesystem: fc.option(fc.boolean()),
      fsGroup: fc.option(fc.nat()),
    }),
  ),
});

const anyProc: fc.Arbitrary<Proc> = fc.record({
  name: fc.stringMatching(/^[a-z0-9]([a-z0-9._-]{0,20}[a-z0-9])?$/),
  description: text,
  imageName: fc.constant('proctor/a:1'),
  args: fc.uniqueArray(anyArg, { selector: (arg) => arg.name, maxLength: 5 }),
  secrets: fc.uniqueArray(fc.record({ name: name.map((n) => `S${n}`), description: text }), {
    selector: (secret) => secret.name,
    maxLength: 5,
  }),
  authorizedGroups: fc.array(
    fc.string({ minLength: 1, maxLength: 9 }).filter((group) => group.trim() === group),
    { maxLength: 5 },
  ),
  author: text,
  contributors: text,
  organization: text,
  allowUndeclaredArgs: fc.oneof(fc.constant(true as const), fc.array(name, { maxLength: 3 })),
  timeoutSeconds: fc.option(fc.integer({ min: 1, max: 1000 })),
  retries: fc.option(fc.integer({ min: 0, max: 100 })),
  concurrency: fc.option(
    fc.record({
      limit: fc.integer({ min: 1, max: 100 }),
      whenFull: fc.constantFrom('queue' as const, 'refuse' as const),
    }),
  ),
  pod: anyPod,
});

describe('procFromMetadata and metadataFromProc', () => {
  it('round-trip without loss', () => {
    fc.assert(
      fc.property(anyProc, (proc) => {
        const wire = parseJson(stringifyJson(metadataFromProc(proc)));
        expect(procFromMetadata(procMetadata.parse(wire))).toEqual(proc);
      }),
    );
  });

  it('omit unset fields that v2 does not know', () => {
    const minimal = { name: 'a', image_name: 'proctor/a:1', env_vars: { args: [{ name: 'A' }] } };
    const wire = metadataFromProc(procFromMetadata(procMetadata.parse(minimal)));
    expect(Object.keys(wire).sort()).toEqual([
      'author',
      'authorized_groups',
      'contributors',
      'description',
      'env_vars',
      'image_name',
      'name',
      'organization',
    ]);
    expect(wire.env_vars.args).toEqual([{ name: 'A', description: '' }]);
  });
});

import type { V1PodTemplateSpec } from '@kubernetes/client-node';
import { describe, expect, it } from '@jest/globals';
import { DEFAULT_POD_SETTINGS, NO_SECURITY_SETTINGS, type JsonObject, type PodTemplate } from '@app/domain';
import fc from 'fast-check';
import type { JobRequest } from '../runner.js';
import { buildJobManifest } from './job-manifest.js';

const SETTINGS = {
  installationId: 'a',
  namespace: 'procs',
  ttlSecondsAfterFinished: 60,
  defaultResources: { requests: { cpu: '1' } },
  jobDeadlineMarginSeconds: 60,
};

const REQUEST: JobRequest = {
  jobName: 'proctor-a-7',
  executionId: '7',
  procName: 'p',
  team: 't',
  user: 'u',
  image: 'a:1',
  args: { A: 'x' },
  context: { EXECUTION_ID: '7' },
  timeoutSeconds: 60,
  retries: 0,
  pod: {
    ...DEFAULT_POD_SETTINGS,
    nodeSelector: { pool: 'ours' },
    tolerations: [{ key: 'k', operator: 'Exists', value: null, effect: null, tolerationSeconds: null }],
    annotations: { team: 'ours' },
    imagePullSecrets: ['registry'],
    scratch: { size: '1Gi', path: '/scratch' },
    security: { ...NO_SECURITY_SETTINGS, runAsUser: 1000, runAsNonRoot: true, fsGroup: 2000 },
  },
};

function podOf(spec: JsonObject, metadata: Partial<PodTemplate['metadata']> = {}): V1PodTemplateSpec {
  const podTemplate = { metadata: { labels: {}, annotations: {}, ...metadata }, spec };
  const job = buildJobManifest({ ...REQUEST, podTemplate }, SETTINGS);
  return job.spec?.template ?? {};
}

const plain = podOf({});

describe('mergePodTemplate', () => {
  it('changes nothing with an empty template', () => {
    expect(plain).toEqual(buildJobManifest(REQUEST, SETTINGS).spec?.template);
  });

  it('adds what Proctor does not set, and keeps what it sets', () => {
    const { metadata, spec } = podOf(
      {
        schedulerName: 'batch',
        nodeSelector: { pool: 'theirs', zone: 'a' },
        tolerations: [{ key: 'gpu' }],
        imagePullSecrets: [{ name: 'registry' }, { name: 'mirror' }],
        volumes: [
          { name: 'scratch', hostPath: {} },
          { name: 'data', emptyDir: {} },
        ],
        securityContext: { fsGroup: 3000, supplementalGroups: [4000] },
        serviceAccountName: 'reader',
      },
      { labels: { tier: 'batch', 'proctor.io/proc': 'other' }, annotations: { team: 'theirs', more: 'x' } },
    );
    expect(metadata?.labels).toMatchObject({ tier: 'batch', 'proctor.io/proc': 'p' });
    expect(metadata?.annotations).toEqual({ team: 'ours', more: 'x' });
    expect(spec).toMatchObject({
      schedulerName: 'batch',
      nodeSelector: { pool: 'ours', zone: 'a' },
      tolerations: [{ key: 'k', operator: 'Exists' }, { key: 'gpu' }],
      imagePullSecrets: [{ name: 'registry' }, { name: 'mirror' }],
      volumes: [
        { name: 'scratch', emptyDir: { sizeLimit: '1Gi' } },
        { name: 'data', emptyDir: {} },
      ],
      securityContext: { fsGroup: 2000, supplementalGroups: [4000] },
      serviceAccountName: 'reader',
      automountServiceAccountToken: true,
    });
  });

  it("adds mounts and listed rights to the proc's container, and nothing else", () => {
    const [own, ...others] =
      podOf({
        containers: [
          {
            name: 'proc',
            image: 'evil',
            volumeMounts: [
              { name: 'data', mountPath: '/data' },
              { name: 'data', mountPath: '/scratch' },
            ],
            securityContext: { capabilities: { add: ['NET_ADMIN'] }, privileged: true, runAsUser: 0 },
          },
        ],
      }).spec?.containers ?? [];
    expect(others).toEqual([]);
    expect(own).toEqual({
      ...plain.spec?.containers[0],
      volumeMounts: [
        { name: 'scratch', mountPath: '/scratch' },
        { name: 'data', mountPath: '/data' },
      ],
      securityContext: {
        runAsUser: 1000,
        runAsNonRoot: true,
        privileged: true,
        allowPrivilegeEscalation: true,
        capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] },
      },
    });
  });

  it('gives other containers no rights that they do not name', () => {
    const { spec } = podOf({
      containers: [{ name: 'log', image: 'a', securityContext: { capabilities: { drop: ['KILL'] } } }],
      initContainers: [{ name: 'init', image: 'b', securityContext: { runAsUser: 5, privileged: true } }],
    });
    expect(spec?.containers[1]).toEqual({
      name: 'log',
      image: 'a',
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        runAsUser: 1000,
        runAsNonRoot: true,
      },
    });
    expect(spec?.initContainers?.[0]?.securityContext).toEqual({
      privileged: true,
      capabilities: { drop: ['ALL'] },
      runAsUser: 5,
      runAsNonRoot: true,
    });
  });

  it('never overrides anything that Proctor sets, whatever the template', () => {
    const names = [...Object.keys(plain.spec ?? {}), 'hostNetwork', 'schedulerName', 'initContainers'];
    const text = fc.constantFrom('ours', 'proc', 'scratch', 'k', 'x');
    const item = fc.dictionary(
      fc.constantFrom('name', 'image', 'mountPath', 'env', 'envFrom', 'command', 'resources', 'key'),
      text,
    );
    const lists = ['containers', 'initContainers', 'volumes', 'tolerations', 'imagePullSecrets'];
    const maps = ['nodeSelector', 'securityContext'];
    const spec = fc.dictionary(fc.constantFrom(...names), text).chain((scalars) =>
      fc
        .record(
          Object.fromEntries([
            ...lists.map((name) => [name, fc.array(item, { maxLength: 3 })]),
            ...maps.map((name) => [name, fc.dictionary(text, text)]),
          ]) as Record<string, fc.Arbitrary<unknown>>,
          { requiredKeys: [] },
        )
        .map((more) => {
          const rest = Object.entries(scalars).filter(
            ([name]) => !lists.includes(name) && !maps.includes(name),
          );
          return { ...Object.fromEntries(rest), ...more };
        }),
    );
    fc.assert(
      fc.property(spec, fc.dictionary(text, text), (given, map) => {
        const merged = podOf(given, { labels: map, annotations: map });
        // Takes an account's token along, unless the proc or the worker names one.
        const { automountServiceAccountToken: _, ...expected } = plain.spec ?? { containers: [] };
        expect(merged.metadata).toMatchObject({ ...plain.metadata });
        for (const [name, value] of Object.entries(expected)) {
          const found = merged.spec?.[name as 'containers'];
          if (Array.isArray(value) && name !== 'containers')
            expect(found?.slice(0, value.length)).toEqual(value);
          else if (name !== 'containers') expect({ found }).toMatchObject({ found: value });
        }
        const { volumeMounts = [], ...own } = merged.spec?.containers[0] ?? { name: '' };
        const { volumeMounts: mounts = [], ...ours } = plain.spec?.containers[0] ?? { name: '' };
        expect(own).toEqual(ours);
        expect(volumeMounts.slice(0, mounts.length)).toEqual(mounts);
      }),
    );
  });
});

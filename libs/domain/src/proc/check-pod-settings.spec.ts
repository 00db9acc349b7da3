import { describe, expect, it } from '@jest/globals';
import { checkPodSettings } from './check-pod-settings.js';
import {
  DEFAULT_POD_SETTINGS,
  type PodResources,
  type PodSettings,
  type Toleration,
} from './pod-settings.js';
import { NO_SECURITY_SETTINGS, type SecuritySettings } from './security-settings.js';

const check = (changes: Partial<PodSettings>) => checkPodSettings({ ...DEFAULT_POD_SETTINGS, ...changes });
const fieldsOf = (problems: { field: string }[]) => problems.map(({ field }) => field);
const many = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));
const record = (count: number) => Object.fromEntries(many(count, (n) => [`key${n}`, 'value']));
const toleration = (changes: Partial<Toleration>): PodSettings['tolerations'] => [
  {
    key: 'dedicated',
    operator: 'Equal',
    value: 'batch',
    effect: 'NoSchedule',
    tolerationSeconds: null,
    ...changes,
  },
];
const resources = (changes: Partial<PodResources>) => ({
  resources: { requests: {}, limits: {}, ...changes },
});

const secured = (changes: Partial<SecuritySettings>) => ({
  security: { ...NO_SECURITY_SETTINGS, ...changes },
});

describe('checkPodSettings', () => {
  it.each<[string, Partial<PodSettings>]>([
    ['the defaults', {}],
    [
      'all of them',
      {
        resources: {
          requests: { cpu: '100m', memory: '64Mi', 'ephemeral-storage': '1e9', 'example.com/gpu': '1' },
          limits: { cpu: '1.5', memory: '64Mi', 'example.com/gpu': '1' },
        },
        nodeSelector: { disk: 'ssd', 'example.com/zone': '' },
        tolerations: toleration({}),
        serviceAccount: 'deployer.team',
        priorityClass: 'batch-low',
        runtimeClass: 'gvisor',
        imagePullPolicy: 'Never',
        imagePullSecrets: ['registry-key', 'other'],
        annotations: { 'Example.com/Team': 'päyments 😀\n', note: '' },
      },
    ],
    [
      'a toleration of every taint',
      { tolerations: toleration({ key: null, operator: 'Exists', value: null }) },
    ],
    ['a toleration of every effect', { tolerations: toleration({ effect: null }) }],
    ['a taint without a value', { tolerations: toleration({ value: null }) }],
    ['a stay of a while', { tolerations: toleration({ effect: 'NoExecute', tolerationSeconds: 0 }) }],
    ['the largest ids', secured({ runAsUser: 2 ** 31 - 1, runAsGroup: 0, fsGroup: 0, runAsNonRoot: true })],
    ['limits only', resources({ limits: { cpu: '2', 'example.com/gpu': '2' } })],
    [
      'the most of each',
      {
        nodeSelector: record(20),
        tolerations: many(20, () => toleration({})[0]!),
        annotations: record(50),
        imagePullSecrets: many(10, (n) => `secret-${n}`),
      },
    ],
    ['annotations of 256 KiB', { annotations: { a: 'x'.repeat(256 * 1024 - 1) } }],
  ])('accepts %s', (_name, changes) => {
    expect(check(changes)).toEqual([]);
  });

  it.each<[string, Partial<PodSettings>, string[]]>([
    ['no quantity', resources({ requests: { cpu: 'much' } }), ['pod.resources.requests.cpu']],
    ['a negative quantity', resources({ limits: { cpu: '-1' } }), ['pod.resources.limits.cpu']],
    ['nothing', resources({ limits: { memory: '0' } }), ['pod.resources.limits.memory']],
    ['CPUs finer than a thousandth', resources({ limits: { cpu: '0.5m' } }), ['pod.resources.limits.cpu']],
    ['thousandths of a byte', resources({ limits: { memory: '128m' } }), ['pod.resources.limits.memory']],
    [
      'half a device',
      resources({ limits: { 'example.com/gpu': '0.5' } }),
      ['pod.resources.limits.example.com/gpu'],
    ],
    ['a resource that is none', resources({ limits: { gpu: '1' } }), ['pod.resources.limits.gpu']],
    [
      'a resource with a bad domain',
      resources({ limits: { 'A b/gpu': '1' } }),
      ['pod.resources.limits.A b/gpu'],
    ],
    [
      'a resource of a quota',
      resources({ limits: { 'requests.example.com/gpu': '1' } }),
      ['pod.resources.limits.requests.example.com/gpu'],
    ],
    [
      'more than the limit',
      resources({ requests: { cpu: '1001m' }, limits: { cpu: '1' } }),
      ['pod.resources.requests.cpu'],
    ],
    [
      'a device without a limit',
      resources({ requests: { 'example.com/gpu': '1' } }),
      ['pod.resources.requests.example.com/gpu'],
    ],
    [
      'fewer devices than the limit',
      resources({ requests: { 'example.com/gpu': '1' }, limits: { 'example.com/gpu': '2' } }),
      ['pod.resources.requests.example.com/gpu'],
    ],
    [
      'too many resources',
      resources({ limits: Object.fromEntries(many(21, (n) => [`a/r${n}`, '1'])) }),
      ['pod.resources.limits'],
    ],
    ['a bad label key', { nodeSelector: { 'a b': 'x' } }, ['pod.nodeSelector.a b']],
    ['a bad label value', { nodeSelector: { disk: 'a b' } }, ['pod.nodeSelector.disk']],
    ['a reserved label', { nodeSelector: { 'proctor.io/x': 'y' } }, ['pod.nodeSelector.proctor.io/x']],
    ['too many labels', { nodeSelector: record(21) }, ['pod.nodeSelector']],
    ['a bad account', { serviceAccount: 'Admin' }, ['pod.serviceAccount']],
    ['an empty account', { serviceAccount: '' }, ['pod.serviceAccount']],
    ['a bad pull secret', { imagePullSecrets: ['ok', 'a/b'] }, ['pod.imagePullSecrets.1']],
    ['a pull secret twice', { imagePullSecrets: ['a', 'a'] }, ['pod.imagePullSecrets.1']],
    ['too many pull secrets', { imagePullSecrets: many(11, (n) => `s${n}`) }, ['pod.imagePullSecrets']],
    ['a bad annotation key', { annotations: { '/a': '' } }, ['pod.annotations./a']],
    [
      'a reserved annotation',
      { annotations: { 'Proctor.io/execution-id': '1' } },
      ['pod.annotations.Proctor.io/execution-id'],
    ],
    [
      'an annotation that lowers security',
      {
        annotations: { 'container.apparmor.security.beta.kubernetes.io/proc': 'unconfined' },
      },
      ['pod.annotations.container.apparmor.security.beta.kubernetes.io/proc'],
    ],
    ['an annotation that cannot be stored', { annotations: { a: '\0' } }, ['pod.annotations.a']],
    ['too many annotations', { annotations: record(51) }, ['pod.annotations']],
    ['annotations that are too long', { annotations: { a: 'é'.repeat(128 * 1024) } }, ['pod.annotations']],
    ['a toleration without a key', { tolerations: toleration({ key: null }) }, ['pod.tolerations.0.key']],
    ['a bad taint', { tolerations: toleration({ key: 'a b' }) }, ['pod.tolerations.0.key']],
    [
      'a value with operator Exists',
      { tolerations: toleration({ operator: 'Exists' }) },
      ['pod.tolerations.0.value'],
    ],
    ['a bad value', { tolerations: toleration({ value: 'a b' }) }, ['pod.tolerations.0.value']],
    [
      'seconds with another effect',
      { tolerations: toleration({ tolerationSeconds: 1 }) },
      ['pod.tolerations.0.effect'],
    ],
    [
      'seconds with every effect',
      { tolerations: toleration({ effect: null, tolerationSeconds: 1 }) },
      ['pod.tolerations.0.effect'],
    ],
    [
      'part of a second',
      { tolerations: toleration({ effect: 'NoExecute', tolerationSeconds: 0.5 }) },
      ['pod.tolerations.0.tolerationSeconds'],
    ],
    ['too many tolerations', { tolerations: many(21, () => toleration({})[0]!) }, ['pod.tolerations']],
    ['a bad priority class', { priorityClass: 'Very_High' }, ['pod.priorityClass']],
    ['a bad runtime class', { runtimeClass: 'a/b' }, ['pod.runtimeClass']],
    ['a negative user', secured({ runAsUser: -1 }), ['pod.security.runAsUser']],
    ['a group that is too large', secured({ runAsGroup: 2 ** 31 }), ['pod.security.runAsGroup']],
    ['half a group', secured({ fsGroup: 0.5 }), ['pod.security.fsGroup']],
    ['root that is not root', secured({ runAsUser: 0, runAsNonRoot: true }), ['pod.security.runAsUser']],
    [
      'several things',
      { serviceAccount: '-', nodeSelector: { '': '' }, ...resources({ limits: { cpu: '' } }) },
      ['pod.resources.limits.cpu', 'pod.nodeSelector.', 'pod.serviceAccount'],
    ],
  ])('refuses %s', (_name, changes, fields) => {
    expect(fieldsOf(check(changes))).toEqual(fields);
  });
});

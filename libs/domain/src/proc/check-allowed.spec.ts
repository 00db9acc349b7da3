import { describe, expect, it } from '@jest/globals';
import { checkAllowed, type AllowedSettings } from './check-allowed.js';
import { DEFAULT_POD_SETTINGS, type PodSettings } from './pod-settings.js';
import { NO_SECURITY_SETTINGS, type SecuritySettings } from './security-settings.js';

const EVERYTHING: AllowedSettings = {
  namespaces: null,
  serviceAccounts: null,
  imageRegistries: null,
  nodeSelectors: null,
  imagePullSecrets: null,
  priorityClasses: null,
  runtimeClasses: null,
  imagePullPolicies: null,
  queues: null,
  configMaps: null,
  secrets: null,
  annotations: ['*', '*/*'],
  filesSize: null,
  hostAccess: [],
  privileges: [],
  containers: [],
  scratchSize: null,
  podSecurity: 'baseline',
  ids: null,
};
const NOTHING: AllowedSettings = {
  namespaces: [],
  serviceAccounts: [],
  imageRegistries: [],
  nodeSelectors: [],
  imagePullSecrets: [],
  priorityClasses: [],
  runtimeClasses: [],
  imagePullPolicies: [],
  queues: [],
  configMaps: [],
  secrets: [],
  annotations: [],
  filesSize: '0',
  hostAccess: [],
  privileges: [],
  containers: [],
  scratchSize: '1',
  podSecurity: 'restricted',
  ids: [],
};

const check = (allowed: Partial<AllowedSettings>, pod: Partial<PodSettings>, imageName = 'team/name:1') =>
  checkAllowed({ imageName, pod: { ...DEFAULT_POD_SETTINGS, ...pod } }, { ...EVERYTHING, ...allowed });

const pod: Partial<PodSettings> = {
  serviceAccount: 'deployer',
  nodeSelector: { disk: 'ssd', zone: 'a' },
  imagePullSecrets: ['one', 'two'],
  priorityClass: 'urgent',
  runtimeClass: 'gvisor',
  imagePullPolicy: 'Always',
  queue: 'batch',
  files: [{ path: '/etc/a', bytes: 3, digest: '' }],
  configMaps: [{ name: 'settings', path: null }],
  secrets: [{ name: 'key', path: '/etc/key' }],
};

describe('checkAllowed', () => {
  it('allows everything by default, and only the defaults with empty lists', () => {
    expect(check({}, pod)).toEqual([]);
    expect(check({ ...NOTHING, imageRegistries: null }, {})).toEqual([]);
    expect(check(NOTHING, pod).map(({ field }) => field)).toEqual([
      'imageName',
      'pod.serviceAccount',
      'pod.queue',
      'pod.priorityClass',
      'pod.runtimeClass',
      'pod.imagePullPolicy',
      'pod.nodeSelector.disk',
      'pod.nodeSelector.zone',
      'pod.imagePullSecrets.0',
      'pod.imagePullSecrets.1',
      'pod.configMaps.0.name',
      'pod.secrets.0.name',
      'pod.files',
    ]);
  });

  it('takes objects of another namespace only as namespace/name', () => {
    const inReports = { ...pod, namespace: 'reports' };
    const names = {
      namespaces: ['reports'],
      serviceAccounts: ['deployer'],
      queues: ['batch'],
      imagePullSecrets: ['a', 'b'],
      configMaps: ['settings'],
      secrets: ['key'],
    };
    expect(check(names, inReports).map(({ field }) => field)).toEqual([
      'pod.serviceAccount',
      'pod.queue',
      'pod.imagePullSecrets.0',
      'pod.imagePullSecrets.1',
      'pod.configMaps.0.name',
      'pod.secrets.0.name',
    ]);
    const qualified = {
      namespaces: ['reports'],
      serviceAccounts: ['reports/deployer'],
      queues: ['reports/batch'],
      imagePullSecrets: pod.imagePullSecrets?.map((name) => `reports/${name}`),
      configMaps: ['reports/settings'],
      secrets: ['reports/key'],
    };
    expect(check(qualified, inReports)).toEqual([]);
    expect(check({ namespaces: [] }, inReports)).toEqual([
      { field: 'pod.namespace', message: 'the namespace "reports" is not allowed (none are allowed)' },
    ]);
  });

  it.each<[Partial<AllowedSettings>, string[]]>([
    [{ serviceAccounts: ['deployer'] }, []],
    [{ serviceAccounts: ['other'] }, ['pod.serviceAccount']],
    [{ nodeSelectors: ['disk', 'zone'] }, []],
    [{ nodeSelectors: ['disk=ssd', 'zone=b'] }, ['pod.nodeSelector.zone']],
    [{ priorityClasses: ['urgent'], runtimeClasses: ['gvisor'], imagePullPolicies: ['Always'] }, []],
    [{ configMaps: ['settings'], secrets: ['key', 'other'] }, []],
    [{ configMaps: ['key'], secrets: ['settings'] }, ['pod.configMaps.0.name', 'pod.secrets.0.name']],
    [{ priorityClasses: ['low'] }, ['pod.priorityClass']],
    [{ runtimeClasses: ['kata'] }, ['pod.runtimeClass']],
    [{ imagePullPolicies: ['IfNotPresent'] }, ['pod.imagePullPolicy']],
    [{ imagePullSecrets: ['two'] }, ['pod.imagePullSecrets.0']],
  ])('of %j refuses %j', (allowed, fields) => {
    expect(check(allowed, pod).map(({ field }) => field)).toEqual(fields);
  });

  it.each<[Partial<AllowedSettings>, Partial<SecuritySettings>, string[]]>([
    [{}, { runAsUser: 0, runAsNonRoot: false }, []],
    [{ podSecurity: 'restricted' }, { runAsUser: 0 }, ['pod.security.runAsUser']],
    [{ podSecurity: 'restricted' }, { runAsNonRoot: false }, ['pod.security.runAsNonRoot']],
    [{ podSecurity: 'restricted' }, { runAsUser: 1, runAsGroup: 0, runAsNonRoot: true }, []],
    [{ ids: [{ from: 5, to: 7 }] }, { runAsUser: 5, runAsGroup: 7, fsGroup: 8 }, ['pod.security.fsGroup']],
    [{ ids: [] }, { runAsUser: 5, readOnlyRootFilesystem: true }, ['pod.security.runAsUser']],
  ])('of %j refuses of %j %j', (allowed, security, fields) => {
    const problems = check(allowed, { security: { ...NO_SECURITY_SETTINGS, ...security } });
    expect(problems.map(({ field }) => field)).toEqual(fields);
    if (allowed.podSecurity)
      for (const { message } of problems) expect(message).toContain('PROCTOR_POD_SECURITY');
  });

  it('lists what is allowed', () => {
    expect(check({ serviceAccounts: ['a', 'b'] }, pod)).toEqual([
      {
        field: 'pod.serviceAccount',
        message: 'the service account "deployer" is not allowed (allowed: a, b)',
      },
    ]);
  });

  it.each<[string, string[], string[]]>([
    ['', [], ['busybox']],
    [
      'docker.io',
      ['busybox', 'team/name:1', 'index.docker.io/team/name'],
      ['registry.example/docker.io/name', 'No Image'],
    ],
    ['docker.io/library', ['busybox:1.36'], ['team/name']],
    ['docker.io/team', [], ['TEAM/name']],
    [
      'registry.example',
      ['registry.example/name'],
      ['registry.example.evil/name', 'registry.example:5000/name'],
    ],
    ['Registry.Example/', ['registry.example/name'], []],
    ['registry.example:5000', ['registry.example:5000/a/b:1'], []],
    [
      'registry.example/team',
      ['registry.example/team/name', 'registry.example/team'],
      ['registry.example/team2/name', 'registry.example/name'],
    ],
    ['localhost', ['localhost/name'], []],
    ['team', [], ['team/name']],
  ])('the registry %j allows %j and refuses %j', (registry, allowed, refused) => {
    const fieldsOf = (image: string) =>
      check({ imageRegistries: [registry] }, {}, image).map(({ field }) => field);
    expect(allowed.map(fieldsOf)).toEqual(allowed.map(() => []));
    expect(refused.map(fieldsOf)).toEqual(refused.map(() => ['imageName']));
  });
});

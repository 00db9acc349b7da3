import { describe, expect, it } from '@jest/globals';
import { checkAllowed, type AllowedSettings } from './check-allowed.js';
import { DEFAULT_POD_SETTINGS, type PodSettings } from './pod-settings.js';

const EVERYTHING: AllowedSettings = {
  serviceAccounts: null,
  imageRegistries: null,
  nodeSelectors: null,
  imagePullSecrets: null,
};
const NOTHING: AllowedSettings = {
  serviceAccounts: [],
  imageRegistries: [],
  nodeSelectors: [],
  imagePullSecrets: [],
};

const check = (allowed: Partial<AllowedSettings>, pod: Partial<PodSettings>, imageName = 'team/name:1') =>
  checkAllowed({ imageName, pod: { ...DEFAULT_POD_SETTINGS, ...pod } }, { ...EVERYTHING, ...allowed });

const pod: Partial<PodSettings> = {
  serviceAccount: 'deployer',
  nodeSelector: { disk: 'ssd', zone: 'a' },
  imagePullSecrets: ['one', 'two'],
};

describe('checkAllowed', () => {
  it('allows everything by default, and only the defaults with empty lists', () => {
    expect(check({}, pod)).toEqual([]);
    expect(check({ ...NOTHING, imageRegistries: null }, {})).toEqual([]);
    expect(check(NOTHING, pod).map(({ field }) => field)).toEqual([
      'imageName',
      'pod.serviceAccount',
      'pod.nodeSelector.disk',
      'pod.nodeSelector.zone',
      'pod.imagePullSecrets.0',
      'pod.imagePullSecrets.1',
    ]);
  });

  it.each<[Partial<AllowedSettings>, string[]]>([
    [{ serviceAccounts: ['deployer'] }, []],
    [{ serviceAccounts: ['other'] }, ['pod.serviceAccount']],
    [{ nodeSelectors: ['disk', 'zone'] }, []],
    [{ nodeSelectors: ['disk=ssd', 'zone=b'] }, ['pod.nodeSelector.zone']],
    [{ imagePullSecrets: ['two'] }, ['pod.imagePullSecrets.0']],
  ])('of %j refuses %j', (allowed, fields) => {
    expect(check(allowed, pod).map(({ field }) => field)).toEqual(fields);
  });

  it('lists what is allowed', () => {
    expect(check({ serviceAccounts: ['a', 'b'] }, pod)).toEqual([
      {
        field: 'pod.serviceAccount',
        message: 'the service account "deployer" is not allowed (allowed: a, b)',
      },
    ]);
  });

  it.each<[string, string, boolean]>([
    ['docker.io', 'busybox', true],
    ['docker.io', 'team/name:1', true],
    ['docker.io/library', 'busybox:1.36', true],
    ['docker.io/library', 'team/name', false],
    ['docker.io', 'index.docker.io/team/name', true],
    ['docker.io', 'registry.example/docker.io/name', false],
    ['registry.example', 'registry.example/name', true],
    ['Registry.Example/', 'registry.example/name', true],
    ['registry.example', 'registry.example.evil/name', false],
    ['registry.example', 'registry.example:5000/name', false],
    ['registry.example:5000', 'registry.example:5000/a/b:1', true],
    ['registry.example/team', 'registry.example/team/name', true],
    ['registry.example/team', 'registry.example/team', true],
    ['registry.example/team', 'registry.example/team2/name', false],
    ['registry.example/team', 'registry.example/name', false],
    ['localhost', 'localhost/name', true],
    ['team', 'team/name', false],
    ['docker.io/team', 'TEAM/name', false],
    ['', 'busybox', false],
    ['docker.io', 'No Image', false],
  ])('registries of %j allow %j: %s', (registry, image, isAllowed) => {
    const fields = check({ imageRegistries: [registry] }, {}, image).map(({ field }) => field);
    expect(fields).toEqual(isAllowed ? [] : ['imageName']);
  });
});

import { describe, expect, it } from '@jest/globals';
import type { AllowedSettings } from '../proc/check-allowed.js';
import { DEFAULT_POD_SETTINGS } from '../proc/pod-settings.js';
import { checkPodTemplate } from './check-pod-template.js';
import { checkTemplateUse } from './check-template-use.js';
import { withoutNulls } from './pod-template.js';

/** As an installation without any PROCTOR_ALLOWED_* has it. */
const SHIPPED: AllowedSettings = {
  serviceAccounts: null,
  imageRegistries: null,
  nodeSelectors: null,
  imagePullSecrets: null,
  priorityClasses: null,
  runtimeClasses: null,
  imagePullPolicies: null,
  configMaps: [],
  secrets: [],
  namespaces: [],
  queues: null,
  annotations: ['*', '*/*'],
  filesSize: null,
  scratchSize: null,
  hostAccess: [],
  privileges: [],
  containers: [],
  podSecurity: 'restricted',
  ids: null,
};

type Json = Record<string, unknown>;
const fields = (spec: Json, allowed: Partial<AllowedSettings> = {}, metadata: Json = {}) =>
  checkPodTemplate({ metadata, spec }, { ...SHIPPED, ...allowed }).map(({ field }) =>
    field.replace('template.spec.', ''),
  );

const own = (more: Json) => ({ containers: [{ name: 'proc', ...more }] });
const extra = (more: Json = {}) => ({ containers: [{ name: 'log', image: 'a/log:1', ...more }] });
const volume = (more: Json) => ({ volumes: [{ name: 'v', ...more }] });
const token = volume({ projected: { sources: [{ serviceAccountToken: { path: 't' } }] } });
const withLog = { containers: ['log'] };

describe('checkPodTemplate', () => {
  it.each<[string, Json, Partial<AllowedSettings>?]>([
    ['nothing', {}],
    ['where it runs', { nodeSelector: { pool: 'gpu' }, schedulerName: 's', affinity: { podAffinity: {} } }],
    ['tolerations', { tolerations: [{ key: 'gpu', operator: 'Exists' }], topologySpreadConstraints: [{}] }],
    ['classes', { priorityClassName: 'low', runtimeClassName: 'gvisor' }],
    ['time to stop', { terminationGracePeriodSeconds: 600 }],
    ['groups', { securityContext: { fsGroup: 2000, supplementalGroups: [3000] } }],
    ['volumes', volume({ emptyDir: { medium: 'Memory' } })],
    ['a claim', volume({ persistentVolumeClaim: { claimName: 'data' } })],
    ['a mount', { ...volume({ emptyDir: {} }), ...own({ volumeMounts: [{ name: 'v', mountPath: '/v' }] }) }],
    ['no host access', { hostNetwork: false, hostPID: false }],
    ['a listed container', extra(), withLog],
    ['a listed container and image', extra(), { containers: ['log=a/log:1'] }],
    ['a listed sidecar', { initContainers: [{ name: 'log', image: 'b', restartPolicy: 'Always' }] }, withLog],
    [
      'listed rights',
      own({ securityContext: { privileged: true, capabilities: { add: ['NET_ADMIN'] } } }),
      { privileges: ['privileged', 'NET_ADMIN'] },
    ],
    ['listed host access', { hostNetwork: true }, { hostAccess: ['hostNetwork'] }],
    [
      'a folder below a listed one',
      volume({ hostPath: { path: '/var/log/x' } }),
      { hostAccess: ['/var/log'] },
    ],
    ['a listed account', { serviceAccountName: 'a' }, { serviceAccounts: ['a'] }],
    ['a token of a listed account', { ...token, serviceAccountName: 'a' }, { serviceAccounts: ['a'] }],
    ['a token of the default account, if listed', token, { serviceAccounts: ['default'] }],
    ['a listed Secret', volume({ secret: { secretName: 's' } }), { secrets: ['s'] }],
  ])('accepts %s', (_, spec, ...[allowed]) => {
    expect(checkPodTemplate({ metadata: {}, spec }, { ...SHIPPED, ...allowed })).toEqual([]);
  });

  it.each<[string, Json, string, Partial<AllowedSettings>?]>([
    ['an unknown field', { nodeName: 'n' }, 'nodeName'],
    ['ephemeral containers', { ephemeralContainers: [] }, 'ephemeralContainers'],
    ['a restart policy', { restartPolicy: 'Always' }, 'restartPolicy'],
    ['a deadline', { activeDeadlineSeconds: 5 }, 'activeDeadlineSeconds'],
    ['a token', { automountServiceAccountToken: true }, 'automountServiceAccountToken'],
    ['a long time to stop', { terminationGracePeriodSeconds: 601 }, 'terminationGracePeriodSeconds'],
    ['the user of the pod', { securityContext: { runAsUser: 1 } }, 'securityContext.runAsUser'],
    ['sysctls', { securityContext: { sysctls: [] } }, 'securityContext.sysctls'],
    [
      'the root group',
      { securityContext: { supplementalGroups: [0] } },
      'securityContext.supplementalGroups.0',
    ],
    ['an account', { serviceAccountName: 'a' }, 'serviceAccountName'],
    ['a token of the default account', token, 'volumes.0.projected.sources.0.serviceAccountToken'],
    ['two volumes with a name', { volumes: [{ name: 'v' }, { name: 'v' }] }, 'volumes.1.name'],
    ['another account', { serviceAccountName: 'a' }, 'serviceAccountName', { serviceAccounts: ['b'] }],
    ['the host network', { hostNetwork: true }, 'hostNetwork'],
    ['the processes of the host', { hostPID: true }, 'hostPID', { hostAccess: ['hostNetwork'] }],
    ['the memory of the host', { hostIPC: true }, 'hostIPC'],
    ['shared processes', { shareProcessNamespace: true }, 'shareProcessNamespace'],
    ['a port of the host', extra({ ports: [{ hostPort: 80 }] }), 'containers.0.ports.0.hostPort', withLog],
    ['a folder of the host', volume({ hostPath: { path: '/etc' } }), 'volumes.0.hostPath.path'],
    [
      'a sibling of a listed folder',
      volume({ hostPath: { path: '/var/log2' } }),
      'volumes.0.hostPath.path',
      { hostAccess: ['/var/log'] },
    ],
    [
      'a way out of a listed folder',
      volume({ hostPath: { path: '/var/log/../../etc' } }),
      'volumes.0.hostPath.path',
      { hostAccess: ['/var/log'] },
    ],
    ['an unknown volume', volume({ nfs: {} }), 'volumes.0.nfs'],
    ['a volume of Proctor', { volumes: [{ name: 'scratch' }] }, 'volumes.0.name'],
    ['a container', extra(), 'containers.0'],
    ['another image', extra(), 'containers.0', { containers: ['log=a/log:2'] }],
    ['another registry', extra(), 'containers.0.image', { ...withLog, imageRegistries: ['b'] }],
    ['an init container', { initContainers: [{ name: 'i', image: 'a' }] }, 'initContainers.0'],
    [
      'an init container named as ours',
      { initContainers: [{ name: 'proc', image: 'a' }] },
      'initContainers.0.name',
    ],
    ['two containers with a name', { containers: [{ name: 'proc' }, { name: 'proc' }] }, 'containers.1.name'],
    ['our image', own({ image: 'a' }), 'containers.0.image'],
    ['our command', own({ command: ['a'] }), 'containers.0.command'],
    ['our environment', own({ env: [] }), 'containers.0.env'],
    ['our Secret', own({ envFrom: [] }), 'containers.0.envFrom'],
    ['our lifecycle', own({ lifecycle: {} }), 'containers.0.lifecycle'],
    ['our user', own({ securityContext: { runAsUser: 1 } }), 'containers.0.securityContext.runAsUser'],
    [
      'a mount over the root',
      own({ volumeMounts: [{ name: 'v', mountPath: '/' }] }),
      'containers.0.volumeMounts.0.mountPath',
    ],
    ['privilege', own({ securityContext: { privileged: true } }), 'containers.0.securityContext.privileged'],
    [
      'escalation',
      extra({ securityContext: { allowPrivilegeEscalation: true } }),
      'containers.0.securityContext.allowPrivilegeEscalation',
      withLog,
    ],
    [
      'a capability',
      own({ securityContext: { capabilities: { add: ['SYS_ADMIN'] } } }),
      'containers.0.securityContext.capabilities.add.0',
      { privileges: ['NET_ADMIN'] },
    ],
    [
      'a seccomp profile',
      extra({ securityContext: { seccompProfile: { type: 'Unconfined' } } }),
      'containers.0.securityContext.seccompProfile.type',
      withLog,
    ],
    ['root', extra({ securityContext: { runAsUser: 0 } }), 'containers.0.securityContext.runAsUser', withLog],
    [
      'a probe elsewhere',
      extra({ startupProbe: { tcpSocket: { host: 'x' } } }),
      'containers.0.startupProbe.tcpSocket.host',
      withLog,
    ],
    [
      'nodes past the selectors',
      { affinity: { nodeAffinity: {} } },
      'affinity.nodeAffinity',
      { nodeSelectors: [] },
    ],
    ['a text for a list', { tolerations: 'all' }, 'tolerations'],
  ])('refuses %s', (_, spec, field, ...[allowed]) => {
    expect(fields(spec, allowed)).toEqual([field]);
  });

  const secret = 'proctor-a-7';
  const everySecret = { ...withLog, secrets: null, imagePullSecrets: null, serviceAccounts: null };
  const envOf = (valueFrom: Json) => extra({ env: [{ name: 'A', valueFrom }] });
  it.each<[string, (name: string) => Json, string]>([
    ['volume', (name) => volume({ secret: { secretName: name } }), 'volumes.0.secret.secretName'],
    [
      'projected volume',
      (name) => volume({ projected: { sources: [{ secret: { name } }] } }),
      'volumes.0.projected.sources.0.secret.name',
    ],
    [
      'csi volume',
      (name) => volume({ csi: { driver: 'd', nodePublishSecretRef: { name } } }),
      'volumes.0.csi.nodePublishSecretRef.name',
    ],
    [
      'variable',
      (name) => envOf({ secretKeyRef: { name, key: 'K' } }),
      'containers.0.env.0.valueFrom.secretKeyRef.name',
    ],
    [
      'environment',
      (name) => extra({ envFrom: [{ secretRef: { name } }] }),
      'containers.0.envFrom.0.secretRef.name',
    ],
    ['pull secret', (name) => ({ imagePullSecrets: [{ name }] }), 'imagePullSecrets.0.name'],
  ])(
    "refuses Proctor's Secrets as %s, whatever is allowed, and others that are not listed",
    (_, use, field) => {
      const own = checkPodTemplate({ spec: use(secret) }, { ...SHIPPED, ...everySecret });
      expect(own).toEqual([{ field: `template.spec.${field}`, message: expect.stringContaining('Proctor') }]);
      expect(fields(use('other'), { ...everySecret, secrets: [], imagePullSecrets: [] })).toEqual([field]);
      expect(fields(use('other'), everySecret)).toEqual([]);
    },
  );

  it.each([
    [{ labels: { 'proctor.io/execution-id': '7' } }, 'template.metadata.labels.proctor.io/execution-id'],
    [{ labels: { 'job-name': 'x' } }, 'template.metadata.labels.job-name'],
    [{ labels: { 'kueue.x-k8s.io/queue-name': 'x' } }, 'template.metadata.labels.kueue.x-k8s.io/queue-name'],
    [{ labels: { a: 'not a value' } }, 'template.metadata.labels.a'],
    [{ annotations: { 'proctor.io/a': 'x' } }, 'template.metadata.annotations.proctor.io/a'],
    [{ annotations: { a: 1 } }, 'template.metadata.annotations.a'],
    [{ name: 'x' }, 'template.metadata.name'],
  ])('refuses the metadata %j', (metadata, field) => {
    expect(fields({}, {}, metadata)).toEqual([field]);
  });

  it.each<[string, Json, string]>([
    ['secrets', volume({ secret: { secretName: 'a' } }), 'volumes.0.secret.secretName'],
    ['configMaps', volume({ configMap: { name: 'a' } }), 'volumes.0.configMap.name'],
    ['imagePullSecrets', { imagePullSecrets: [{ name: 'a' }] }, 'imagePullSecrets.0.name'],
    ['serviceAccounts', { serviceAccountName: 'a' }, 'serviceAccountName'],
  ])('takes the %s of the namespace in which the proc runs', (list, spec, field) => {
    const fieldsIn = (entry: string, namespace?: string | null) =>
      checkPodTemplate({ spec }, { ...SHIPPED, [list]: [entry] }, namespace).map((each) => each.field);
    const refused = [`template.spec.${field}`];
    expect(fieldsIn('a', null)).toEqual([]);
    expect(fieldsIn('a', 'team')).toEqual(refused);
    expect(fieldsIn('team/a', 'team')).toEqual([]);
    expect(fieldsIn('team/a', null)).toEqual(refused);
    expect(fieldsIn('team/a', 'other')).toEqual(refused);
    expect(fieldsIn('team/a')).toEqual([]);
  });

  it('says what is missing, and what is listed instead', () => {
    const messages = checkPodTemplate(
      { spec: { containers: [{}], hostNetwork: true } },
      { ...SHIPPED, hostAccess: ['hostPID'] },
    );
    expect(messages).toEqual([
      { field: 'template.spec.containers.0.name', message: 'is required' },
      { field: 'template.spec.containers.0.image', message: 'is required' },
      {
        field: 'template.spec.hostNetwork',
        message:
          'hostNetwork is not allowed (allowed: hostPID); remove it, or ask an operator to list it in PROCTOR_ALLOWED_HOST_ACCESS',
      },
    ]);
    expect(checkPodTemplate({ metadata: {} }, SHIPPED)).toEqual([
      { field: 'template.spec', message: 'is required' },
    ]);
  });
});

describe('checkTemplateUse', () => {
  it('finds a folder that the proc mounts too', () => {
    const mounts = (mountPath: string) => ({
      metadata: { labels: {}, annotations: {} },
      spec: { containers: [{ name: 'proc', volumeMounts: [{ name: 'v', mountPath }] }] },
    });
    const pod = { ...DEFAULT_POD_SETTINGS, template: 'gpu', scratch: { size: '1Gi', path: '/data' } };
    expect(checkTemplateUse(pod, mounts('/data/'))).toEqual([
      { field: 'pod.template', message: expect.stringContaining('also mounted by the pod template gpu') },
    ]);
    expect(checkTemplateUse(pod, mounts('/other'))).toEqual([]);
    expect(checkTemplateUse(pod, mounts('/./data'))).toHaveLength(1);
    expect(checkTemplateUse(pod, mounts('/data/cache'))).toEqual([]);
    const file = { path: '/etc/app/a.conf', bytes: 1, digest: '' };
    expect(checkTemplateUse({ ...pod, files: [file] }, mounts('/etc/app'))).toHaveLength(1);
  });
});

describe('withoutNulls', () => {
  it('removes fields that are not set, at any depth', () => {
    expect(withoutNulls({ a: null, b: [{ c: null, d: 0 }], e: { f: null } })).toEqual({
      b: [{ d: 0 }],
      e: {},
    });
  });
});

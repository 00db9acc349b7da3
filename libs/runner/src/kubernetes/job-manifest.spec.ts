import { describe, expect, it } from '@jest/globals';
import { DEFAULT_POD_SETTINGS, isDnsLabel, type PodSettings } from '@app/domain';
import type { JobRequest } from '../runner.js';
import { buildJobManifest, jobDeadlineSeconds } from './job-manifest.js';
import { toLabelValue, userLabelValue } from './names.js';
import { buildFilesManifest, buildSecretManifest, readSecretValues } from './secret-manifest.js';

const REQUEST: JobRequest = {
  jobName: 'proctor-a-7',
  executionId: '7',
  procName: 'say hello/world',
  team: 'Data & Ops',
  user: 'Ada@example.org',
  image: 'proctor/say-hello-world:1',
  args: { NAME: 'a$b $(HOME) $$', USER_EMAIL: 'from args' },
  context: { EXECUTION_ID: '7', USER_EMAIL: 'a@example.org' },
  timeoutSeconds: 60,
  retries: 2,
  pod: { ...DEFAULT_POD_SETTINGS, annotations: { team: 'x' } },
};
const SETTINGS = {
  installationId: 'a',
  namespace: 'procs',
  ttlSecondsAfterFinished: 604_800,
  defaultResources: { limits: { cpu: '1' } },
  jobDeadlineMarginSeconds: 600,
};

describe('buildJobManifest', () => {
  const job = buildJobManifest(REQUEST, SETTINGS);
  const pod = job.spec?.template.spec;

  it('labels and annotates the Job and its pods alike', () => {
    const labels = {
      'proctor.io/installation': 'a',
      'proctor.io/execution-id': '7',
      'proctor.io/proc': 'say-hello-world',
      'proctor.io/team': 'Data---Ops',
      'proctor.io/user': userLabelValue('ada@EXAMPLE.org'),
      'app.kubernetes.io/managed-by': 'proctor',
    };
    expect(job.metadata).toEqual({
      name: 'proctor-a-7',
      namespace: 'procs',
      labels,
      annotations: { team: 'x' },
    });
    expect(job.spec?.template.metadata).toEqual({ labels, annotations: { team: 'x' } });
  });

  it('sets no label for a team that no proc names', () => {
    const labels = buildJobManifest({ ...REQUEST, team: '!' }, SETTINGS).metadata?.labels;
    expect(labels).not.toHaveProperty('proctor.io/team');
  });

  it('runs one pod at a time, and retries as often as the proc allows', () => {
    expect(job.spec).toMatchObject({
      parallelism: 1,
      completions: 1,
      backoffLimit: 2,
      podReplacementPolicy: 'Failed',
      ttlSecondsAfterFinished: 604_800,
    });
    expect(pod).toMatchObject({
      restartPolicy: 'Never',
      activeDeadlineSeconds: 60,
      enableServiceLinks: false,
    });
  });

  const rulesOf = (retries: number) =>
    buildJobManifest({ ...REQUEST, retries }, SETTINGS).spec?.podFailurePolicy?.rules;
  const ownFailure = { containerName: 'proc', operator: 'NotIn', values: [0] };

  it('retries failures of the proc only, and disruptions without counting them', () => {
    expect(rulesOf(1)).toEqual([
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      { action: 'Count', onExitCodes: ownFailure },
      { action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [0] } },
    ]);
  });

  it('repeats nothing without retries, not even after a disruption', () => {
    expect(rulesOf(0)?.map(({ action }) => action)).toEqual(['Count', 'FailJob']);
  });

  it('escapes values that Kubernetes would expand, and lets context variables win', () => {
    expect(pod?.containers[0]?.env).toEqual([
      { name: 'NAME', value: 'a$$b $$(HOME) $$$$' },
      { name: 'USER_EMAIL', value: 'a@example.org' },
      { name: 'EXECUTION_ID', value: '7' },
    ]);
  });

  it('cannot start without its Secret', () => {
    expect(pod?.containers[0]?.envFrom).toEqual([{ secretRef: { name: 'proctor-a-7' } }]);
  });

  it('gives the container no more than it needs', () => {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(pod).not.toHaveProperty('serviceAccountName');
    expect(pod?.containers[0]).toMatchObject({
      name: 'proc',
      resources: { limits: { cpu: '1' } },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    });
  });

  const podOf = (changes: Partial<PodSettings>) =>
    buildJobManifest({ ...REQUEST, pod: { ...REQUEST.pod, ...changes } }, SETTINGS).spec?.template.spec;

  it('mounts the token of a service account only if one is named', () => {
    const named = podOf({ serviceAccount: 'deployer' });
    expect(named).toMatchObject({ automountServiceAccountToken: true, serviceAccountName: 'deployer' });
  });

  it('sets users and rights on its own container, and only the group of volumes on the pod', () => {
    expect(pod?.containers[0]?.securityContext).not.toHaveProperty('runAsUser');
    const secured = podOf({
      security: {
        runAsUser: 1000,
        runAsGroup: 0,
        runAsNonRoot: true,
        readOnlyRootFilesystem: true,
        fsGroup: 2000,
      },
    });
    expect(secured?.securityContext).toEqual({ seccompProfile: { type: 'RuntimeDefault' }, fsGroup: 2000 });
    expect(secured?.containers[0]?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsUser: 1000,
      runAsGroup: 0,
      runAsNonRoot: true,
      readOnlyRootFilesystem: true,
    });
  });

  it.each<[string, Partial<PodSettings>, object[]]>([
    [
      'fail_on',
      { failOn: [9, 2] },
      [
        { action: 'FailJob', onExitCodes: { containerName: 'proc', operator: 'In', values: [2, 9] } },
        { action: 'Count', onExitCodes: { containerName: 'proc', operator: 'NotIn', values: [0] } },
        { action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [0] } },
      ],
    ],
    [
      'retry_on',
      { retryOn: [75, 7] },
      [
        { action: 'Count', onExitCodes: { containerName: 'proc', operator: 'In', values: [7, 75] } },
        { action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [0] } },
      ],
    ],
  ])('decides about a retry by the exit codes of %s', (_field, changes, rules) => {
    const { spec } = buildJobManifest({ ...REQUEST, pod: { ...REQUEST.pod, ...changes } }, SETTINGS);
    // The first rule is about disruptions.
    expect(spec?.podFailurePolicy?.rules.slice(1)).toEqual(rules);
  });

  it('mounts scratch space of the size that the proc asks for', () => {
    expect(podOf({ scratch: { size: '2Gi', path: '/scratch' } })).toMatchObject({
      volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '2Gi' } }],
      containers: [{ volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }] }],
    });
  });

  it('mounts ConfigMaps and Secrets read-only, or takes their variables before its own', () => {
    const mounted = podOf({
      configMaps: [
        { name: 'settings', path: null },
        { name: 'files', path: '/etc/app' },
      ],
      secrets: [
        { name: 'key', path: '/etc/key' },
        { name: 'token', path: null },
      ],
    });
    expect(mounted?.volumes).toEqual([
      { name: 'config-map-1', configMap: { name: 'files' } },
      { name: 'secret-0', secret: { secretName: 'key' } },
    ]);
    expect(mounted?.containers[0]).toMatchObject({
      volumeMounts: [
        { name: 'config-map-1', mountPath: '/etc/app', readOnly: true },
        { name: 'secret-0', mountPath: '/etc/key', readOnly: true },
      ],
      envFrom: [
        { configMapRef: { name: 'settings' } },
        { secretRef: { name: 'token' } },
        { secretRef: { name: 'proctor-a-7' } },
      ],
    });
  });

  it('mounts each file at its path, from a Secret of its own', () => {
    const files = [
      { path: '/etc/app/a.conf', bytes: 1, digest: 'd' },
      { path: '/b', bytes: 1, digest: 'e' },
    ];
    expect(podOf({ files })).toMatchObject({
      volumes: [{ name: 'files', secret: { secretName: 'proctor-a-7-files', defaultMode: 0o444 } }],
      containers: [
        {
          volumeMounts: [
            { name: 'files', mountPath: '/etc/app/a.conf', subPath: 'file-0', readOnly: true },
            { name: 'files', mountPath: '/b', subPath: 'file-1', readOnly: true },
          ],
        },
      ],
    });
    const secret = buildFilesManifest({ jobName: 'proctor-a-7', jobUid: 'u' }, ['ä', ''], SETTINGS);
    expect(secret).toMatchObject({
      immutable: true,
      metadata: { name: 'proctor-a-7-files', ownerReferences: [{ kind: 'Job', uid: 'u' }] },
    });
    expect(readSecretValues(secret)).toEqual({ 'file-0': 'ä', 'file-1': '' });
  });

  it('creates the Job of a queue suspended, with the label that Kueue looks for', () => {
    const queued = buildJobManifest({ ...REQUEST, pod: { ...REQUEST.pod, queue: 'batch' } }, SETTINGS);
    expect(queued.metadata?.labels).toEqual({
      ...job.metadata?.labels,
      'kueue.x-k8s.io/queue-name': 'batch',
    });
    expect(queued.spec?.suspend).toBe(true);
    // Kueue would queue the pod as well.
    expect(queued.spec?.template).toEqual(job.spec?.template);
    expect(job.spec).not.toHaveProperty('suspend');
  });

  it('sets no placement unless the proc does', () => {
    for (const field of [
      'nodeSelector',
      'tolerations',
      'imagePullSecrets',
      'volumes',
      'priorityClassName',
      'runtimeClassName',
    ]) {
      expect(pod).not.toHaveProperty(field);
    }
    expect(pod?.containers[0]).not.toHaveProperty('imagePullPolicy');
    expect(pod?.containers[0]).not.toHaveProperty('volumeMounts');
  });

  it('applies the pod settings of the proc', () => {
    const settings = podOf({
      resources: { requests: { memory: '64Mi' }, limits: { cpu: '2' } },
      nodeSelector: { disk: 'ssd' },
      tolerations: [
        { key: 'dedicated', operator: 'Equal', value: 'batch', effect: 'NoExecute', tolerationSeconds: 60 },
        { key: null, operator: 'Exists', value: null, effect: null, tolerationSeconds: null },
      ],
      imagePullSecrets: ['registry-key', 'other'],
      priorityClass: 'batch-low',
      runtimeClass: 'gvisor',
      imagePullPolicy: 'Always',
    });
    expect(settings).toMatchObject({
      nodeSelector: { disk: 'ssd' },
      imagePullSecrets: [{ name: 'registry-key' }, { name: 'other' }],
      priorityClassName: 'batch-low',
      runtimeClassName: 'gvisor',
      containers: [{ imagePullPolicy: 'Always' }],
    });
    expect(settings?.tolerations).toEqual([
      { key: 'dedicated', operator: 'Equal', value: 'batch', effect: 'NoExecute', tolerationSeconds: 60 },
      { operator: 'Exists' },
    ]);
    expect(settings?.containers[0]?.resources).toEqual({
      requests: { memory: '64Mi' },
      limits: { cpu: '2' },
    });
  });
});

describe('jobDeadlineSeconds', () => {
  it.each([
    [60, 0, 660],
    [60, 2, (2 + 10 + 1) * 660 + 10 + 20 + 40 + 80 + 160 + 320 + 6 * 600],
    [60, 8, (8 + 10 + 1) * 660 + 10 + 20 + 40 + 80 + 160 + 320 + 12 * 600],
    [2 ** 31, 1_000_000, 2 ** 31 - 1],
  ])(
    'allows time for attempts of %d s, %d retries and ten disruptions',
    (timeoutSeconds, retries, expected) => {
      expect(jobDeadlineSeconds({ timeoutSeconds, retries }, 600)).toBe(expected);
    },
  );
});

describe('buildSecretManifest', () => {
  const secret = buildSecretManifest({ jobName: 'proctor-a-7', jobUid: 'u' }, { TOKEN: 'é$(A)\n' }, SETTINGS);

  it('belongs to its Job and is immutable', () => {
    expect(secret).toMatchObject({
      immutable: true,
      metadata: { name: 'proctor-a-7', namespace: 'procs', labels: { 'proctor.io/installation': 'a' } },
    });
    expect(secret.metadata?.ownerReferences).toEqual([
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        name: 'proctor-a-7',
        uid: 'u',
        controller: false,
        blockOwnerDeletion: false,
      },
    ]);
  });

  it('returns the values unchanged', () => {
    expect(readSecretValues(secret)).toEqual({ TOKEN: 'é$(A)\n' });
    expect(readSecretValues(buildSecretManifest({ jobName: 'a', jobUid: 'u' }, {}, SETTINGS))).toEqual({});
  });
});

describe('names', () => {
  it.each([
    ['anonymous', 'anonymous'],
    // printf %s ada@example.org | sha256sum | cut -c1-32
    ['Ada@Example.org', 'cfe00dde46ef942601ffafb9e2825e80'],
  ])('labels the user %s with %s', (email, expected) => expect(userLabelValue(email)).toBe(expected));

  it.each([
    ['say hello/world', 'say-hello-world'],
    ['--a--', 'a'],
    ['été', 't'],
    ['x'.repeat(80), 'x'.repeat(63)],
  ])('turns %s into a label value', (name, expected) => {
    expect(toLabelValue(name)).toBe(expected);
  });

  it.each([
    ['proctor-a-7', true],
    ['A', false],
    ['-a', false],
    ['a.b', false],
    ['', false],
    ['x'.repeat(64), false],
  ])('decides whether "%s" is a DNS label', (name, expected) => expect(isDnsLabel(name)).toBe(expected));
});

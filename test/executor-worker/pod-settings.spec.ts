import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BatchV1Api, CoreV1Api, KubeConfig, type V1Job } from '@kubernetes/client-node';
import { until, type ExecutionReply } from '../support/api-client.js';
import { textOfTables } from '../support/servers.js';
import { startSystem, type System } from '../support/system.js';

const PROC = 'with-everything';
const SETTINGS = {
  timeout_seconds: 120,
  retries: 1,
  resources: { requests: { cpu: '50m' }, limits: { memory: '64Mi' } },
  node_selector: { disk: 'ssd' },
  tolerations: [
    { key: 'dedicated', operator: 'Equal', value: 'batch', effect: 'NoExecute', toleration_seconds: 60 },
    { operator: 'Exists' },
  ],
  service_account: 'deployer',
  image_pull_secrets: ['registry-key'],
  annotations: { team: 'ops', 'example.com/note': 'päyments' },
  // Below the WORKDIR of the image.
  scratch: { size: '1Gi', path: '/proc/scratch' },
  config_maps: [{ name: 'regions', path: '/proc/regions' }, { name: 'variables' }],
  secrets: [{ name: 'api-key', path: '/proc/key' }, { name: 'api-token' }],
  priority_class: 'batch-low',
  runtime_class: 'gvisor',
  image_pull_policy: 'IfNotPresent',
  security: { run_as_user: 1000, read_only_root_filesystem: true, fs_group: 2000 },
};
const ARGS = [
  { name: 'SCRIPT', description: 'shell script' },
  { name: 'COUNT', type: 'number', min: 1, max: 5, default: '3' },
  { name: 'MODE', type: 'enum', options: ['fast', 'safe'], required: true },
  { name: 'LOUD', type: 'boolean' },
  { name: 'CODE', pattern: '[A-Z]{2}', example: 'AB' },
  { name: 'TOKEN', type: 'secret', pattern: '[a-z0-9-]+' },
];

describe('a proc with typed args and pod settings', () => {
  const token = `s3cr3t-${randomBytes(12).toString('hex')}`;
  const tokenHash = createHash('sha256').update(token).digest('hex');
  let system: System;
  let id: number;
  let job: V1Job;

  const register = (changes: Record<string, unknown>, name = PROC) =>
    system.api.request('POST', '/metadata', [
      {
        name,
        image_name: 'proctor/run-script:1',
        organization: 'Data Platform',
        env_vars: { args: ARGS, secrets: [] },
        ...SETTINGS,
        ...changes,
      },
    ]);
  const execute = (args: Record<string, string>) =>
    system.api.request('POST', '/execution', { name: PROC, args });

  beforeAll(async () => {
    system = await startSystem({
      env: {
        PROCTOR_JOB_POD_ANNOTATIONS: '{"team":"default","installation":"test"}',
        PROCTOR_ALLOWED_CONFIG_MAPS: 'regions,variables,not-there',
        PROCTOR_ALLOWED_SECRETS: 'api-key,api-token',
      },
    });
    // Nothing in this spec needs more.
    system.sandbox.faults.enforcePodSecurity('restricted');
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(system.sandbox.kubeconfigPath);
    const core = kubeConfig.makeApiClient(CoreV1Api);
    const namespace = 'default';
    for (const [objectName, data] of [
      ['regions', { list: 'eu us ' }],
      ['variables', { LEVEL: 'debug', COUNT: '99' }],
    ] as const) {
      await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: objectName }, data } });
    }
    for (const [objectName, stringData] of [
      ['api-key', { id: '17' }],
      ['api-token', { API_USER: 'robot' }],
    ] as const) {
      await core.createNamespacedSecret({ namespace, body: { metadata: { name: objectName }, stringData } });
    }
    const registered = await register({});
    expect([registered.status, await registered.text()]).toEqual([201, '']);
    const script = [
      'echo "token: $TOKEN."',
      'echo "hash: $(printf "%s" "$TOKEN" | sha256sum)"',
      'echo "$MODE $COUNT ${LOUD-unset}"',
      'echo "to stderr $TOKEN" >&2',
      'echo kept > scratch/note && cat scratch/note',
      'cat regions/list key/id; echo " $LEVEL $API_USER $COUNT"',
    ].join('; ');
    const reply = await execute({ SCRIPT: script, MODE: 'safe', TOKEN: token });
    expect(reply.status).toBe(201);
    ({ id } = (await reply.json()) as ExecutionReply);
    const { name } = await system.api.end(id);
    job = await kubeConfig.makeApiClient(BatchV1Api).readNamespacedJob({ name, namespace: 'default' });
  }, 60_000);
  afterAll(() => system?.stop(), 60_000);

  const expectNoToken = (text: string) => {
    const forms = [token, Buffer.from(token).toString('base64'), Buffer.from(token).toString('hex')];
    for (const form of forms) expect(text.includes(form)).toBe(false);
  };

  it('runs with its defaults, and with the secret arg masked in its log', async () => {
    expect(await system.api.status(id)).toMatchObject({ status: 'FINISHED' });
    const log = await system.api.log(id);
    expect(log).toContain('token: ***.');
    expect(log).toContain(`hash: ${tokenHash}`);
    expect(log).toContain('safe 3 unset');
    expect(log).toContain('to stderr ***');
    expect(log).toContain('kept');
    // COUNT is also an arg, which wins.
    expect(log).toContain('eu us 17 debug robot 3');
    expectNoToken(log);
  });

  it("puts its settings into the Job, where they override the worker's", () => {
    const annotations = { installation: 'test', ...SETTINGS.annotations };
    expect(job.metadata?.annotations).toEqual(annotations);
    const labels = {
      'proctor.io/team': 'Data-Platform',
      'proctor.io/proc': PROC,
      'proctor.io/execution-id': String(id),
      'proctor.io/user': expect.stringMatching(/^[0-9a-f]{32}$/),
    };
    expect(job.metadata?.labels).toMatchObject(labels);
    expect(job.spec?.template.metadata?.labels).toMatchObject(labels);
    expect(job.spec).toMatchObject({ backoffLimit: 1, template: { metadata: { annotations } } });
    expect(job.spec?.template.spec).toMatchObject({
      activeDeadlineSeconds: 120,
      nodeSelector: { disk: 'ssd' },
      tolerations: [
        { key: 'dedicated', operator: 'Equal', value: 'batch', effect: 'NoExecute', tolerationSeconds: 60 },
        { operator: 'Exists' },
      ],
      serviceAccountName: 'deployer',
      automountServiceAccountToken: true,
      imagePullSecrets: [{ name: 'registry-key' }],
      priorityClassName: 'batch-low',
      volumes: [
        { name: 'scratch', emptyDir: { sizeLimit: '1Gi' } },
        { name: 'config-map-0', configMap: { name: 'regions' } },
        { name: 'secret-0', secret: { secretName: 'api-key' } },
      ],
      runtimeClassName: 'gvisor',
      containers: [{ imagePullPolicy: 'IfNotPresent' }],
      securityContext: { seccompProfile: { type: 'RuntimeDefault' }, fsGroup: 2000 },
    });
    expect(job.spec?.template.spec?.containers[0]?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsUser: 1000,
      runAsGroup: 65_532,
      runAsNonRoot: true,
      readOnlyRootFilesystem: true,
    });
    expect(job.spec?.template.spec?.containers[0]?.resources).toEqual({
      requests: { cpu: '50m', memory: '64Mi' },
      limits: { cpu: '1', memory: '64Mi' },
    });
  });

  it('keeps the secret arg out of the Job', () => {
    expectNoToken(JSON.stringify(job));
    const names = job.spec?.template.spec?.containers[0]?.env?.map(({ name }) => name);
    expect(names).toContain('SCRIPT');
    expect(names).not.toContain('TOKEN');
  });

  it('keeps the secret arg encrypted in Postgres', async () => {
    const tables = await textOfTables(system.databaseUrl());
    expect(tables.length).toBeGreaterThan(10);
    for (const text of tables) expectNoToken(text);
    const [row] = await system.query<{ args: object; names: string[] }>(
      'select args, array(select jsonb_object_keys(secret_args::jsonb)) as names from execution where id = $1',
      [id],
    );
    expect(row?.names).toEqual(['TOKEN']);
    expect(Object.keys(row?.args ?? {}).sort()).toEqual(['COUNT', 'MODE', 'SCRIPT']);
  });

  it("keeps the secret arg out of every API response and every service's log", async () => {
    for (const path of [`/execution/${id}`, `/execution/${id}/status`, '/execution', '/metadata', '/audit']) {
      const reply = await system.api.request('GET', path);
      expect([path, reply.status]).toEqual([path, 200]);
      expectNoToken(await reply.text());
    }
    for (const service of system.services) expectNoToken(service.output());
  });

  it('refuses invalid values, each with its reason, and shows no secret value', async () => {
    const reply = await execute({ COUNT: '6', LOUD: 'yes', CODE: 'abc', TOKEN: 'NOT THE PATTERN' });
    expect(reply.status).toBe(400);
    const text = await reply.text();
    for (const part of [
      '"COUNT" must be a number from 1 to 5, got "6"',
      '"LOUD" must be true or false, got "yes"',
      '"CODE" must match the whole pattern [A-Z]{2}',
      '"TOKEN" must match the whole pattern',
      'Argument "MODE" is required',
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('NOT THE PATTERN');
  });

  it.each([
    ['of fail_on', { fail_on: [3, 4] }],
    ['that retry_on does not name', { retry_on: [75] }],
  ])('does not retry an exit code %s', async (_which, changes) => {
    await system.api.registerScriptProc({ retries: 2, ...changes }, 'picky');
    const { id } = await system.api.run('exit 3', 'picky');
    expect(await system.api.end(id)).toMatchObject({ exit_code: 3 });
    const rows = await system.query('select n, exit_code from execution_attempt where execution_id = $1', [
      id,
    ]);
    expect(rows).toEqual([{ n: 1, exit_code: 3 }]);
  });

  it('shows that a ConfigMap does not exist', async () => {
    await system.api.registerScriptProc(
      { config_maps: [{ name: 'not-there', path: '/proc/x' }] },
      'unmounted',
    );
    const { id } = await system.api.run('true', 'unmounted');
    await until(async () => {
      const { reason } = await system.api.status(id);
      return /configmap "not-there" not found/.test(reason ?? '');
    }, 10_000);
    expect((await system.api.cancel(id)).ok).toBe(true);
    await system.api.end(id);
  });

  it('retries an exit code of retry_on', async () => {
    await system.api.registerScriptProc({ retries: 1, retry_on: [3] }, 'retried');
    const { id } = await system.api.run('exit 3', 'retried');
    await system.api.end(id, 60_000);
    const rows = await system.query('select n, exit_code from execution_attempt where execution_id = $1', [
      id,
    ]);
    expect(rows).toHaveLength(2);
  }, 90_000);

  it('runs a proc without settings under the level restricted', async () => {
    const { id } = await system.api.run('true');
    expect(await system.api.end(id)).toMatchObject({ status: 'FINISHED' });
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['an invalid pattern', { env_vars: { args: [{ name: 'A', pattern: '(' }] } }, /pattern/],
    ['a look-ahead in a pattern', { env_vars: { args: [{ name: 'A', pattern: '(?=a)b' }] } }, /pattern/],
    ['an enum without options', { env_vars: { args: [{ name: 'A', type: 'enum' }] } }, /options/],
    [
      'a secret with a default',
      { env_vars: { args: [{ name: 'A', type: 'secret', default: 'hunter22' }] } },
      /default/,
    ],
    ['an invalid quantity', { resources: { limits: { cpu: 'much' } } }, /cpu/],
    ['a request above its limit', { resources: { requests: { cpu: 2 }, limits: { cpu: 1 } } }, /cpu/],
    ['an invalid label', { node_selector: { disk: 'a b' } }, /disk/],
    [
      'a contradictory toleration',
      { tolerations: [{ operator: 'Exists', key: 'a', value: 'b' }] },
      /toleration/,
    ],
    ['an invalid service account', { service_account: 'A b' }, /account/i],
    ['root', { security: { run_as_user: 0 } }, /security\.run_as_user.*PROCTOR_POD_SECURITY=baseline/],
    ['a priority class that is no name', { priority_class: 'A b' }, /priority_class/],
    ['a pull policy that is none', { image_pull_policy: 'Sometimes' }, /image_pull_policy/],
    ['an exit code of success', { retry_on: [0] }, /retry_on/],
    ['exit codes that contradict each other', { retry_on: [1], fail_on: [2] }, /fail_on/],
    ['a scratch folder without size', { scratch: { size: 0, path: '/a' } }, /scratch\.size/],
    ['a scratch folder at the root', { scratch: { size: '1Gi', path: '/' } }, /scratch\.path/],
    ['a Secret that is not in the list', { secrets: [{ name: 'other' }] }, /secrets\.0\.name.*not allowed/],
    ["a Secret of Proctor's own", { secrets: [{ name: 'proctor-a-7', path: '/a' }] }, /cannot be mounted/],
    ['a negative group', { security: { fs_group: -1 } }, /fs_group/],
    ['a reserved annotation', { annotations: { 'proctor.io/execution-id': '1' } }, /reserved/],
  ])('cannot be registered with %s', async (_name, changes, message) => {
    const reply = await register(changes, 'refused');
    expect(reply.status).toBe(400);
    expect(await reply.text()).toMatch(message);
    expect(await system.query("select 1 from proc where name = 'refused'")).toEqual([]);
  });
});

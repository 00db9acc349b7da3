import { createHash, randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  scratch: { size: '1Gi', path: '/app/scratch' },
  files: [
    { path: '/app/conf/app.conf', content: 'über' },
    { path: '/app/conf/other.conf', content: 'other' },
  ],
  config_maps: [{ name: 'regions', path: '/app/regions' }, { name: 'variables' }],
  secrets: [{ name: 'api-key', path: '/app/key' }, { name: 'api-token' }],
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
  let batch: BatchV1Api;

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
      sandbox: { namespaces: ['default', 'reports', 'closed'] },
      env: {
        PROCTOR_JOB_POD_ANNOTATIONS: '{"team":"default","installation":"test"}',
        PROCTOR_ALLOWED_CONFIG_MAPS: 'regions,variables,not-there',
        PROCTOR_ALLOWED_QUEUES: 'batch',
        PROCTOR_ALLOWED_ANNOTATIONS: '*,example.com/*',
        PROCTOR_ALLOWED_NAMESPACES: 'reports,closed',
        PROCTOR_ALLOWED_FILES_SIZE: '300k',
        PROCTOR_ALLOWED_SECRETS: 'api-key,api-token',
        PROCTOR_ALLOWED_CONTAINERS: 'prepare=proctor/run-script:1',
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
      'cat conf/app.conf conf/other.conf; echo; ls -l conf/app.conf; ls conf',
    ].join('; ');
    const reply = await execute({ SCRIPT: script, MODE: 'safe', TOKEN: token });
    expect(reply.status).toBe(201);
    ({ id } = (await reply.json()) as ExecutionReply);
    const { name } = await system.api.end(id);
    batch = kubeConfig.makeApiClient(BatchV1Api);
    job = await batch.readNamespacedJob({ name, namespace: 'default' });
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
    expect(log).toContain('überother\n');
    // Standard error comes by a pipe of its own, between any two lines.
    expect(log).toMatch(/^-r--r--r-- .* conf\/app\.conf$/m);
    expect(log).toMatch(/^app\.conf$/m);
    expect(log).toMatch(/^other\.conf$/m);
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
        { name: 'files', secret: { secretName: `${job.metadata?.name}-files`, defaultMode: 0o444 } },
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

  it('shows its files in whole to those who ask for it, and by size in lists', async () => {
    const whole = await system.api.request('GET', `/metadata/${PROC}`);
    expect(await whole.json()).toMatchObject({ files: SETTINGS.files });
    const list = (await (await system.api.request('GET', '/metadata')).json()) as {
      name: string;
      files: object[];
    }[];
    expect(list.find(({ name }) => name === PROC)?.files).toEqual([
      { path: '/app/conf/app.conf', bytes: 5 },
      { path: '/app/conf/other.conf', bytes: 5 },
    ]);
  });

  it('runs with the files that it had when it was accepted', async () => {
    const withText = (content: string) =>
      system.api.registerScriptProc(
        { concurrency: { limit: 1 }, files: [{ path: '/app/text', content }] },
        'with-file',
      );
    const texts = ['f'.repeat(300_000), 'second'] as const;
    await withText(texts[0]);
    const first = await system.api.run('while [ ! -e go ]; do sleep 0.05; done', 'with-file');
    const second = await system.api.run('wc -c < text', 'with-file');
    await withText(texts[1]);
    await system.api.cancel(first.id);
    await system.api.end(second.id);
    expect(await system.api.log(second.id)).toMatch(/^300000$/m);
    const third = await system.api.run('cat text', 'with-file');
    await system.api.end(third.id);
    expect(await system.api.log(third.id)).toBe('second');
    const [row] = await system.query<{ bytes: number }>(
      'select length(snapshot::text) as bytes from execution where id = $1',
      [second.id],
    );
    expect(row?.bytes).toBeLessThan(2_000);
  }, 60_000);

  describe('in another namespace', () => {
    const inNamespace = (namespace: string, changes: object = {}) =>
      system.api.registerScriptProc({ namespace, ...changes }, `in-${namespace}`);
    const runIn = (namespace: string, script: string) => system.api.run(script, `in-${namespace}`);
    const reasonOf = async (id: number) => (await system.api.status(id)).reason ?? '';

    it('runs, is cancelled, and is cleaned up there', async () => {
      await inNamespace('reports', { files: [{ path: '/app/a', content: 'there' }] });
      const { id } = await runIn('reports', 'cat a');
      const { name, status } = await system.api.end(id);
      expect(status).toBe('FINISHED');
      expect(await system.api.log(id)).toBe('there');
      const found = system.sandbox.history().filter((run) => run.jobName === name);
      expect(found.map(({ namespace }) => namespace)).toEqual(['reports']);
      const endless = await runIn('reports', 'echo on; sleep 60');
      await until(async () => (await system.api.status(endless.id)).status === 'POD_READY', 20_000);
      await system.api.cancel(endless.id);
      expect(await system.api.end(endless.id)).toMatchObject({ status: 'CANCELLED' });
      expect(await system.query('select job_namespace from execution where id = $1', [endless.id])).toEqual([
        { job_namespace: 'reports' },
      ]);
    }, 60_000);

    it('says which right is missing there, while the others go on', async () => {
      const message =
        'jobs.batch is forbidden: User "worker" cannot list resource "jobs" in the namespace "closed"';
      const effect = { kind: 'status', code: 403, message } as const;
      const { faults } = system.sandbox;
      for (const verb of ['list', 'watch'] as const)
        faults.failRequests({ verb, resource: 'jobs', namespace: 'closed', effect });
      faults.dropWatches();
      await inNamespace('closed');
      // Its Job may be created before the watch notices.
      const { id } = await runIn('closed', 'sleep 3');
      const atMs = Date.now();
      await until(async () => (await reasonOf(id)) === message, 10_000);
      expect(Date.now() - atMs).toBeLessThan(4_000);
      const { id: other } = await system.api.run('true');
      expect(await system.api.end(other)).toMatchObject({ status: 'FINISHED' });
      faults.clear();
      faults.enforcePodSecurity('restricted');
      expect(await system.api.end(id, 60_000)).toMatchObject({ status: 'FINISHED' });
    }, 90_000);

    it('is refused unless the namespace is in the list', async () => {
      const reply = await register({ namespace: 'other' }, 'refused');
      expect(await reply.text()).toMatch(/namespace.*"other" is not allowed \(allowed: reports, closed\)/);
    });
  });

  describe('in a queue', () => {
    const FULL = "couldn't assign flavors to pod set main: insufficient quota";
    const untilReason = (id: number, reason: RegExp) =>
      until(async () => reason.test((await system.api.status(id)).reason ?? ''), 10_000);

    beforeAll(() => system.api.registerScriptProc({ queue: 'batch', repeatable: true }, 'queued'));

    it('waits with what Kueue says, and runs once it is admitted', async () => {
      system.sandbox.faults.fillQueues(FULL);
      const { id } = await system.api.run('echo admitted', 'queued');
      const atMs = Date.now();
      await untilReason(id, /^waits in the queue batch: couldn't assign flavors/);
      expect(Date.now() - atMs).toBeLessThan(2_000);
      const { status, name } = await system.api.status(id);
      expect(status).toBe('CREATED');
      const suspended = await batch.readNamespacedJob({ name, namespace: 'default' });
      expect(suspended.spec?.suspend).toBe(true);
      expect(suspended.metadata?.labels).toMatchObject({ 'kueue.x-k8s.io/queue-name': 'batch' });
      system.sandbox.faults.emptyQueues();
      expect(await system.api.end(id)).toMatchObject({ status: 'FINISHED' });
    }, 60_000);

    it('goes on with a next attempt after it was preempted, and keeps its log', async () => {
      const mark = join(tmpdir(), `proctor-preempted-${randomBytes(6).toString('hex')}`);
      const script = `if mkdir ${mark}; then echo first; sleep 60; else echo second; fi`;
      const { id } = await system.api.run(script, 'queued');
      await until(() => existsSync(mark), 20_000);
      const hasLine = async () =>
        (await system.query('select 1 from execution_log where execution_id = $1', [id])).length > 0;
      await until(hasLine, 10_000);
      system.sandbox.faults.fillQueues(FULL);
      const { name } = await system.api.status(id);
      expect(system.sandbox.faults.preemptJobs(name)).toBe(1);
      await untilReason(id, /^preempted; waits in the queue batch: couldn't/);
      expect(await system.api.status(id)).toMatchObject({ status: 'JOB_READY' });
      system.sandbox.faults.emptyQueues();
      expect(await system.api.end(id)).toMatchObject({ status: 'FINISHED', exit_code: 0 });
      rmSync(mark, { recursive: true });
      const log = await system.api.log(id);
      expect(log).toMatch(/first[^]*second/);
      const attempts = await system.query(
        'select n, exit_code, reason from execution_attempt where execution_id = $1 order by n',
        [id],
      );
      expect(attempts).toEqual([
        { n: 1, exit_code: 143, reason: 'Preempted: the queue batch took its place back' },
        { n: 2, exit_code: 0, reason: null },
      ]);
    }, 90_000);

    it('is cancelled while it waits', async () => {
      system.sandbox.faults.fillQueues(FULL);
      const { id } = await system.api.run('true', 'queued');
      await untilReason(id, /^waits in the queue/);
      await system.api.cancel(id);
      expect(await system.api.end(id)).toMatchObject({ status: 'CANCELLED' });
      system.sandbox.faults.emptyQueues();
    }, 60_000);
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
      { config_maps: [{ name: 'not-there', path: '/app/x' }] },
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

  it('runs with a pod template as it was at acceptance, under what Proctor sets', async () => {
    const apply = (tier: string) =>
      system.api.request('PUT', '/pod-template/batch', {
        metadata: { labels: { tier } },
        spec: {
          priorityClassName: 'theirs',
          terminationGracePeriodSeconds: 5,
          volumes: [{ name: 'shared', emptyDir: {} }],
          initContainers: [
            { name: 'prepare', image: 'proctor/run-script:1', env: [{ name: 'SCRIPT', value: 'true' }] },
          ],
          containers: [{ name: 'proc', volumeMounts: [{ name: 'shared', mountPath: '/app/shared' }] }],
        },
      });
    expect((await apply('first')).status).toBe(200);
    const settings = { pod_template: 'batch', priority_class: 'ours', concurrency: { limit: 1 } };
    await system.api.registerScriptProc(settings, 'templated');
    const running = await system.api.run('sleep 0.5; echo x > shared/file; cat shared/file', 'templated');
    const waiting = await system.api.run('true', 'templated');
    expect((await apply('second')).status).toBe(200);
    const later = await system.api.run('true', 'templated');
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(system.sandbox.kubeconfigPath);
    const check = await system.api.request('POST', '/metadata/check?cluster=true', [
      {
        name: 'templated',
        image_name: 'proctor/run-script:1',
        pod_template: 'batch',
        env_vars: { args: [...ARGS, { name: 'LAST', example: 'an example' }] },
      },
    ]);
    const { jobs } = (await check.json()) as { jobs: { manifest: V1Job }[] };
    expect(jobs).toMatchObject([{ proc: 'templated', outcome: 'accepted', message: '', warnings: [] }]);
    const { metadata, spec: checked } = jobs[0]?.manifest.spec?.template ?? {};
    expect(metadata?.labels).toMatchObject({ tier: 'second', 'proctor.io/execution-id': '0' });
    expect(checked?.initContainers).toMatchObject([{ name: 'prepare' }]);
    const env = Object.fromEntries(
      (checked?.containers[0]?.env ?? []).map(({ name, value }) => [name, value]),
    );
    expect(env).toMatchObject({ SCRIPT: '<SCRIPT>', COUNT: '3', MODE: 'fast', LAST: 'an example' });
    expect(env).not.toHaveProperty('TOKEN');
    const tiers = [];
    for (const execution of [running, waiting, later]) {
      const { name, status } = await system.api.end(execution.id);
      const { spec } = await kubeConfig
        .makeApiClient(BatchV1Api)
        .readNamespacedJob({ name, namespace: 'default' });
      tiers.push([status, spec?.template.metadata?.labels?.['tier']]);
      expect(spec?.template.spec).toMatchObject({
        priorityClassName: 'ours',
        terminationGracePeriodSeconds: 5,
        initContainers: [
          { name: 'prepare', securityContext: { runAsNonRoot: true, capabilities: { drop: ['ALL'] } } },
        ],
      });
    }
    expect(tiers).toEqual([
      ['FINISHED', 'first'],
      ['FINISHED', 'first'],
      ['FINISHED', 'second'],
    ]);
    expect(await system.api.log(running.id)).toContain('x');
  }, 60_000);

  // A container that is told to stop at its time limit ends with 143.
  it('retries the exit codes of retry_on, and time-outs with such a code', async () => {
    const cases = [
      { retryOn: 3, script: 'exit 3', status: 'POD_FAILED', attempts: 2 },
      { retryOn: 143, script: 'sleep 60', status: 'TIMED_OUT', attempts: 2 },
      { retryOn: 3, script: 'sleep 60', status: 'TIMED_OUT', attempts: 1 },
    ];
    const outcomes = cases.map(async ({ retryOn, script }, n) => {
      const settings = { retries: 1, retry_on: [retryOn], timeout_seconds: 2 };
      await system.api.registerScriptProc(settings, `retried-${n}`);
      const { id } = await system.api.run(script, `retried-${n}`);
      const { status } = await system.api.end(id, 60_000);
      const rows = await system.query('select n from execution_attempt where execution_id = $1', [id]);
      return { retryOn, script, status, attempts: rows.length };
    });
    expect(await Promise.all(outcomes)).toEqual(cases);
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
    ['a queue without retries', { queue: 'batch', retries: 0 }, /queue.*repeatable: true/],
    ['a queue that is not in the list', { queue: 'urgent' }, /queue.*not allowed \(allowed: batch\)/],
    ['a file without text', { files: [{ path: '/etc/a' }] }, /files\.0\.content/],
    ['a file in scratch', { files: [{ path: '/app/scratch/a', content: '' }] }, /files\.0\.path.*scratch/],
    [
      'files larger than the installation allows',
      { files: [{ path: '/etc/a', content: 'x'.repeat(400_000) }] },
      /"files" 400000 bytes are not allowed|files.*400000 bytes are not allowed/,
    ],
    ['a Secret that is not in the list', { secrets: [{ name: 'other' }] }, /secrets\.0\.name.*not allowed/],
    ["a Secret of Proctor's own", { secrets: [{ name: 'proctor-a-7', path: '/a' }] }, /cannot be used/],
    ['a negative group', { security: { fs_group: -1 } }, /fs_group/],
    [
      'an annotation that is not in the list',
      { annotations: { 'iam.gke.io/gcp-service-account': 'x' } },
      /ANNOTATIONS/,
    ],
    ['a reserved annotation', { annotations: { 'proctor.io/execution-id': '1' } }, /reserved/],
  ])('cannot be registered with %s', async (_name, changes, message) => {
    const reply = await register(changes, 'refused');
    expect(reply.status).toBe(400);
    expect(await reply.text()).toMatch(message);
    expect(await system.query("select 1 from proc where name = 'refused'")).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  procMetadata,
  startTestGateway,
  type Answer,
  type Identity,
  type TestGateway,
} from '../support/gateway.js';

const SECRET = 'correct horse battery staple';
const JSON_ACCEPTED = { Accept: 'application/json' };

let gateway: TestGateway;
let member: Identity;
let outsider: Identity;

const typed = (name: string, args: unknown[], extra: Record<string, unknown> = {}) =>
  procMetadata(name, { env_vars: { args, secrets: [] }, ...extra });

const call = (who: Identity, method: string, path: string, body?: unknown, headers = {}) =>
  gateway.call(who, method, path, { ...(body !== undefined && { body }), headers });

const register = (...procs: unknown[]) => call(gateway.admin, 'POST', '/metadata', procs, JSON_ACCEPTED);

const execute = (name: string, args: Record<string, string>) =>
  call(member, 'POST', '/execution', { name, args }, JSON_ACCEPTED);

const fieldsOf = (answer: Answer) =>
  answer.json<{ errors?: { field: string }[] } & object>().errors?.map(({ field }) => field);

const auditOf = (subject: string) =>
  gateway.query('select actor, action, details from audit_event where subject = $1 order by id', [subject]);

beforeAll(async () => {
  gateway = await startTestGateway();
  member = await gateway.createUser('member', ['one', 'two']);
  outsider = await gateway.createUser('outsider', ['one']);
}, 60_000);

afterAll(() => gateway.remove(), 30_000);

describe('GET /metadata/{name}', () => {
  const full = {
    name: 'full',
    description: 'has everything',
    image_name: 'registry.example:5000/team/full:1',
    env_vars: {
      secrets: [{ name: 'S', description: 'a secret' }],
      args: [
        { name: 'PLAIN', description: 'v2' },
        { name: 'P', description: '', required: true, pattern: '[a-z]+', default: 'x', example: 'abc' },
        { name: 'N', description: '', type: 'number', min: 0, max: 10.5 },
        { name: 'E', description: '', type: 'enum', options: ['a', 'b'] },
        { name: 'T', description: '', type: 'secret' },
      ],
    },
    authorized_groups: ['one', 'two'],
    author: 'a',
    contributors: 'c',
    organization: 'o',
    allow_undeclared_args: ['SERVICE', 'REPORT_*'],
    timeout_seconds: 60,
    retries: 2,
    concurrency: { limit: 3, when_full: 'refuse' },
    resources: { requests: { cpu: '100m' }, limits: { cpu: '1', memory: '128Mi' } },
    node_selector: { 'example.com/pool': 'batch' },
    tolerations: [
      { key: 'dedicated', operator: 'Equal', value: 'batch', effect: 'NoExecute', toleration_seconds: 30 },
    ],
    service_account: 'reporter',
    image_pull_secrets: ['registry'],
    annotations: { owner: 'ops' },
    queue: 'batch',
    repeatable: true,
    files: [{ path: '/etc/full', content: 'ü' }],
  };

  it('shows a proc as registered to users who may execute it', async () => {
    expect(await register(full)).toMatchObject({ status: 201, text: '' });
    for (const who of [member, gateway.admin]) {
      const answer = await call(who, 'GET', '/metadata/full');
      expect(answer).toMatchObject({ status: 200, type: 'application/json' });
      expect(answer.json()).toEqual({
        ...full,
        revision: 1,
        created_at: expect.stringMatching(/^\d{4}-.*Z$/),
        updated_at: expect.stringMatching(/^\d{4}-.*Z$/),
      });
    }
    const list = (await call(member, 'GET', '/metadata')).json<{ name: string; files?: object[] }[]>();
    expect(list.find(({ name }) => name === 'full')?.files).toEqual([{ path: '/etc/full', bytes: 2 }]);
    expect(await register(full)).toMatchObject({ status: 201 });
    expect((await call(member, 'GET', '/metadata/full')).json()).toMatchObject({ revision: 1 });
    expect(await register({ ...full, retries: 3 })).toMatchObject({ status: 201 });
    expect((await call(member, 'GET', '/metadata/full')).json()).toMatchObject({ revision: 2, retries: 3 });
    const refused = await call(outsider, 'GET', '/metadata/full');
    expect(refused).toMatchObject({ status: 403 });
    expect(refused.text).toMatch(/one, two/);
  });

  it('lists only procs that the user may execute', async () => {
    await register(procMetadata('open'));
    const names = async (who: Identity) =>
      (await call(who, 'GET', '/metadata')).json<{ name: string }[] & object>().map(({ name }) => name);
    expect(await names(member)).toEqual(['full', 'open']);
    expect(await names(outsider)).toEqual(['open']);
    expect(await names(gateway.admin)).toEqual(['full', 'open']);
  });

  it.each([
    ['nothing', 404],
    ['__proto__', 400],
    ['constructor', 404],
    ['not%20a%20name', 400],
    ['..%2Fsecret', 400],
    ['%00', 400],
  ])('%s: %i', async (name, status) => {
    expect(await call(gateway.admin, 'GET', `/metadata/${name}`)).toMatchObject({ status });
  });
});

describe('POST /metadata', () => {
  it('reports every problem by the field names of the request, and stores nothing', async () => {
    const answer = await register(procMetadata('fine'), {
      ...typed('wrong', [
        { name: 'PATH' },
        { name: 'P', pattern: '(?=a)' },
        { name: 'N', type: 'number', min: 2, max: 1 },
        { name: 'E', type: 'enum' },
        { name: 'T', type: 'secret', default: SECRET },
        { name: 'D', type: 'boolean', default: 'perhaps' },
      ]),
      resources: { requests: { cpu: '2' }, limits: { cpu: '1', memory: 'much' } },
      node_selector: { 'not a key': 'x' },
      tolerations: [{ key: 'k', effect: 'NoSchedule', toleration_seconds: 5 }],
      service_account: 'Not_A_Name',
      image_pull_secrets: ['ok', 'ok'],
      annotations: { 'proctor.io/execution': 'mine' },
    });
    expect(answer).toMatchObject({ status: 400, type: 'application/problem+json' });
    expect(fieldsOf(answer)).toEqual(
      expect.arrayContaining([
        '1.env_vars.args.0.name',
        '1.env_vars.args.1.pattern',
        '1.env_vars.args.2.max',
        '1.env_vars.args.3.options',
        '1.env_vars.args.4.default',
        '1.env_vars.args.5.default',
        '1.resources.limits.memory',
        '1.node_selector.not a key',
        '1.tolerations.0.effect',
        '1.service_account',
        '1.image_pull_secrets.1',
        '1.annotations.proctor.io/execution',
      ]),
    );
    expect(await call(gateway.admin, 'GET', '/metadata/fine')).toMatchObject({ status: 404 });
    expect(answer.text + gateway.log()).not.toContain(SECRET);
  });

  it('checks the same without registering, and warns about groups that do not exist', async () => {
    const check = (...procs: unknown[]) =>
      call(gateway.admin, 'POST', '/metadata/check', procs, JSON_ACCEPTED);
    const wrong = procMetadata('checked', {
      service_account: 'Not_A_Name',
      resources: { limits: { cpu: 'x' } },
    });
    const [checked, registered] = [await check(wrong), await register(wrong)];
    expect(checked).toMatchObject({ status: 400 });
    expect(checked.text).toBe(registered.text);

    const fine = procMetadata('checked', { authorized_groups: ['one', 'onee', 'xyzzy'] });
    const answer = await check(procMetadata('open'), fine);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.json()).toEqual({
      warnings: [
        { field: '1.authorized_groups.1', message: 'there is no group "onee"; did you mean one?' },
        {
          field: '1.authorized_groups.2',
          message: 'there is no group "xyzzy"; create it, or correct the name',
        },
      ],
    });
    expect(await call(gateway.admin, 'GET', '/metadata/checked')).toMatchObject({ status: 404 });
    expect(await auditOf('checked')).toEqual([]);
  });

  it('says of a missing value that it is required', async () => {
    const answer = await register({}, { name: 'x', image_name: null, scratch: {}, env_vars: { args: [{}] } });
    const { errors } = answer.json<{ errors: { field: string; message: string }[] } & object>();
    expect(Object.fromEntries(errors.map(({ field, message }) => [field, message]))).toEqual(
      Object.fromEntries(
        [
          '0.name',
          '0.image_name',
          '1.image_name',
          '1.env_vars.args.0.name',
          '1.scratch.size',
          '1.scratch.path',
        ].map((field) => [field, 'is required']),
      ),
    );
  });

  it('refuses a pattern that would take too long to match', async () => {
    const answer = await register(typed('slow', [{ name: 'P', pattern: '([a-z]?){900}x' }]));
    expect(answer).toMatchObject({ status: 400 });
    expect(fieldsOf(answer)).toEqual(['0.env_vars.args.0.pattern']);
  });
});

describe('the settings that an installation allows', () => {
  const settings = {
    image_name: 'registry.example/team/job:1',
    service_account: 'reporter',
    node_selector: { pool: 'batch' },
    image_pull_secrets: ['registry'],
  };

  it('are unlimited by default', async () => {
    expect(await register(procMetadata('anything', settings))).toMatchObject({ status: 201 });
  });

  it('are limited by the lists of the installation', async () => {
    const strict = await startTestGateway({
      env: {
        PROCTOR_ALLOWED_SERVICE_ACCOUNTS: 'reporter, cleaner',
        PROCTOR_ALLOWED_IMAGE_REGISTRIES: 'registry.example/team,docker.io/library',
        PROCTOR_ALLOWED_NODE_SELECTORS: 'pool=batch,zone',
        PROCTOR_ALLOWED_PULL_SECRETS: 'registry',
        PROCTOR_ALLOWED_PRIORITY_CLASSES: 'batch-low',
        PROCTOR_ALLOWED_RUNTIME_CLASSES: 'gvisor',
        PROCTOR_ALLOWED_PULL_POLICIES: 'IfNotPresent,Always',
        PROCTOR_ALLOWED_NAMESPACES: 'reports',
        PROCTOR_ALLOWED_QUEUES: 'batch',
        PROCTOR_ALLOWED_FILES_SIZE: '0',
        PROCTOR_ALLOWED_SCRATCH_SIZE: '1Gi',
        PROCTOR_ALLOWED_RUN_AS_IDS: '1000,2000-2999',
      },
    });
    try {
      const post = (...procs: unknown[]) =>
        strict.call(strict.admin, 'POST', '/metadata', { body: procs, headers: JSON_ACCEPTED });
      const right = [
        procMetadata('a', settings),
        procMetadata('b', { image_name: 'busybox', node_selector: { zone: 'any' } }),
      ];
      expect(await post(...right)).toMatchObject({ status: 201 });
      const refused = await post(
        procMetadata('c', {
          image_name: 'registry.example/team2/job:1',
          service_account: 'root',
          node_selector: { pool: 'gpu' },
          image_pull_secrets: ['registry', 'other'],
          priority_class: 'urgent',
          runtime_class: 'gvisor',
          image_pull_policy: 'Never',
          scratch: { size: '2Gi', path: '/scratch' },
          files: [{ path: '/etc/a', content: 'x' }],
          queue: 'urgent',
          repeatable: true,
          security: { run_as_user: 1000, run_as_group: 3000 },
        }),
        procMetadata('d', { ...settings, namespace: 'other' }),
      );
      expect(refused).toMatchObject({ status: 400 });
      expect(fieldsOf(refused)).toEqual([
        '0.image_name',
        '0.service_account',
        '0.queue',
        '0.priority_class',
        '0.image_pull_policy',
        '0.node_selector.pool',
        '0.image_pull_secrets.1',
        '0.files',
        '0.scratch.size',
        '0.security.run_as_group',
        // Its objects are other ones than those of the default namespace.
        '1.service_account',
        '1.namespace',
        '1.image_pull_secrets.0',
      ]);
      expect(refused.text).toContain('allowed: reporter, cleaner');
    } finally {
      await strict.remove();
    }
  }, 60_000);
});

describe('args that a proc does not declare', () => {
  it('pass if the proc lists them, unless programs take settings from them', async () => {
    const listing = procMetadata('listing', {
      allow_undeclared_args: ['SERVICE', 'TAR_OPTIONS', 'REPORT_*'],
    });
    expect(await register(listing)).toMatchObject({ status: 201 });
    const args = { SERVICE: 'a', TAR_OPTIONS: '-v', REPORT_DAY: '1' };
    expect(await execute('listing', args)).toMatchObject({ status: 201 });
    const attack = {
      NODE_EXTRA_CA_CERTS: '/x',
      https_proxy: 'http://evil',
      REPORT_OPTIONS: '-x',
      KUBECONFIG: '/x',
    };
    const refused = await execute('listing', attack);
    expect(refused).toMatchObject({ status: 400 });
    expect(fieldsOf(refused)).toEqual(Object.keys(attack));
    const schedule = {
      jobName: 'listing',
      args: attack,
      tags: 't',
      cron: '@daily',
      notificationEmails: 'a@b.c',
      group: 'g',
    };
    expect(await call(member, 'POST', '/schedule', schedule)).toMatchObject({ status: 400 });
  });

  it('cannot be allowed under any name, except by procs from before there were lists', async () => {
    const open = procMetadata('any-name', { allow_undeclared_args: true });
    const refused = await register(open);
    expect(refused).toMatchObject({ status: 400 });
    expect(fieldsOf(refused)).toEqual(['0.allow_undeclared_args']);
    expect(refused.text).toContain('REPORT_*');
    expect(await register({ ...open, allow_undeclared_args: ['*'] })).toMatchObject({ status: 400 });

    expect(await register({ ...open, allow_undeclared_args: false })).toMatchObject({ status: 201 });
    await gateway.query(`update proc set allow_undeclared_args = true where name = 'any-name'`);
    expect(await register(open)).toMatchObject({ status: 201 });
    const checked = await call(gateway.admin, 'POST', '/metadata/check', [open]);
    expect(checked.json()).toMatchObject({ warnings: [{ field: '0.allow_undeclared_args' }] });
    const first = await execute('any-name', { SERVICE: 'a' });
    expect(first).toMatchObject({ status: 201 });
    expect(await execute('any-name', { TAR_OPTIONS: '--checkpoint-action=exec=sh' })).toMatchObject({
      status: 400,
    });
    // As accepted before TAR_OPTIONS was refused.
    const { id } = first.json<{ id: number }>();
    await gateway.query(`update execution set args = '{"TAR_OPTIONS":"x"}' where id = $1`, [id]);
    const again = await call(member, 'POST', `/execution/${id}/rerun`, undefined, JSON_ACCEPTED);
    expect(again).toMatchObject({ status: 400 });
    expect(fieldsOf(again)).toEqual(['TAR_OPTIONS']);
    // An earlier gateway reads the old column only: it must not take a list for "any".
    await register({ ...open, allow_undeclared_args: ['REPORT_*'] });
    expect(await gateway.query(`select allow_undeclared_args from proc where name = 'any-name'`)).toEqual([
      { allow_undeclared_args: false },
    ]);
  });
});

describe('annotations', () => {
  it('with a prefix need the list of the installation, in procs and pod templates', async () => {
    const role = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/admin' };
    const proc = procMetadata('cloud', { annotations: { team: 'ops', ...role } });
    const refused = await register(proc);
    expect(refused).toMatchObject({ status: 400 });
    expect(fieldsOf(refused)).toEqual(['0.annotations.eks.amazonaws.com/role-arn']);
    expect(refused.text).toContain('PROCTOR_ALLOWED_ANNOTATIONS');
    const labels = { 'azure.workload.identity/use': 'true', tier: 'a' };
    const template = { metadata: { labels, annotations: role }, spec: {} };
    const unlisted = await call(gateway.admin, 'PUT', '/pod-template/cloud', template, JSON_ACCEPTED);
    expect(fieldsOf(unlisted)).toEqual([
      'template.metadata.annotations.eks.amazonaws.com/role-arn',
      'template.metadata.labels.azure.workload.identity/use',
    ]);
    expect(await register(procMetadata('cloud', { annotations: { team: 'ops' } }))).toMatchObject({
      status: 201,
    });
  });
});

describe('pod templates', () => {
  const path = '/pod-template/gpu';
  const spec = { volumes: [{ name: 'data', emptyDir: {} }] };
  const apply = (body: unknown) => call(gateway.admin, 'PUT', path, body, JSON_ACCEPTED);

  it('are stored, shown, audited, and stay while a proc names them', async () => {
    const reply = {
      name: 'gpu',
      template: { metadata: { labels: { tier: 'a' }, annotations: {} }, spec },
      used_by: [],
      updated_at: expect.stringMatching(/^\d{4}-.*Z$/),
      updated_by: gateway.admin.email,
    };
    const applied = await apply({
      metadata: { labels: { tier: 'a' } },
      spec: { ...spec, hostNetwork: null },
    });
    expect(applied).toMatchObject({ status: 200 });
    expect(applied.json()).toEqual(reply);
    expect(await register(procMetadata('trained', { pod_template: 'gpu' }))).toMatchObject({ status: 201 });
    const used = { ...reply, used_by: ['trained'] };
    expect((await call(gateway.admin, 'GET', '/pod-template')).json()).toEqual([used]);
    expect((await call(gateway.admin, 'GET', path)).json()).toEqual(used);
    expect((await call(member, 'GET', '/metadata/trained')).json()).toMatchObject({ pod_template: 'gpu' });

    const kept = await call(gateway.admin, 'DELETE', path, undefined, JSON_ACCEPTED);
    expect(kept).toMatchObject({ status: 409 });
    expect(kept.text).toContain('Pod template gpu is in use by trained.');
    await register(procMetadata('trained'));
    expect(await call(gateway.admin, 'DELETE', path)).toMatchObject({ status: 204 });
    expect(await call(gateway.admin, 'GET', path)).toMatchObject({ status: 404 });
    expect(await call(gateway.admin, 'DELETE', path)).toMatchObject({ status: 404 });
    expect((await auditOf('gpu')).map(({ action }) => action)).toEqual(
      expect.arrayContaining(['applyPodTemplate', 'removePodTemplate']),
    );
  });

  it('are refused with what is not allowed, not known or missing, by path', async () => {
    const refused = await apply({
      metadata: { name: 'x' },
      spec: { hostNetwork: true, containers: [{ name: 'proc', image: 'x' }], volumes: [{ secret: {} }] },
    });
    expect(refused).toMatchObject({ status: 400 });
    expect(fieldsOf(refused)).toEqual([
      'template.metadata.name',
      'template.spec.hostNetwork',
      'template.spec.containers.0.image',
      'template.spec.volumes.0.name',
      'template.spec.volumes.0.secret.secretName',
    ]);
    expect(refused.text).toContain('PROCTOR_ALLOWED_HOST_ACCESS');
    expect(fieldsOf(await apply({ spec, status: {} }))).toEqual(['body']);
    expect(await call(gateway.admin, 'GET', path)).toMatchObject({ status: 404 });
  });

  it('are changed, removed and named at once without a failure of the gateway', async () => {
    const requests = Array.from({ length: 8 }, () => [
      apply({ spec }),
      register(procMetadata('trained', { pod_template: 'gpu' })),
      call(gateway.admin, 'DELETE', path, undefined, JSON_ACCEPTED),
      register(procMetadata('trained')),
    ]).flat();
    const statuses = new Set((await Promise.all(requests)).map(({ status }) => status));
    expect([200, 201, 204, 400, 404, 409]).toEqual(expect.arrayContaining([...statuses]));
    await register(procMetadata('trained'));
    await call(gateway.admin, 'DELETE', path);
  });

  it('must exist and fit the procs that name them, on both sides', async () => {
    await apply({ spec });
    const scratch = { size: '1Gi', path: '/data' };
    const typo = await register(procMetadata('trained', { pod_template: 'gpuu', scratch }));
    expect(typo.json()).toMatchObject({
      errors: [{ field: '0.pod_template', message: 'there is no pod template "gpuu"; did you mean gpu?' }],
    });
    expect(await register(procMetadata('trained', { pod_template: 'gpu', scratch }))).toMatchObject({
      status: 201,
    });
    const mount = { containers: [{ name: 'proc', volumeMounts: [{ name: 'data', mountPath: '/data' }] }] };
    const clash = await apply({ spec: { ...spec, ...mount } });
    expect(clash).toMatchObject({ status: 400 });
    expect(clash.text).toContain('proc trained: \\"/data\\" is also mounted by the pod template gpu');
  });
});

describe('typed args', () => {
  beforeAll(async () => {
    const registered = await register(
      typed('typed', [
        { name: 'NAME', required: true, pattern: '[a-z]{1,8}', example: 'ada' },
        { name: 'COUNT', type: 'number', min: 1, max: 5, default: '2' },
        { name: 'DRY', type: 'boolean', required: true, default: 'false' },
        { name: 'COLOUR', type: 'enum', options: ['red', 'green'] },
        { name: 'TOKEN', type: 'secret', pattern: '[a-z ]+' },
        { name: 'EVIL', pattern: '(a+)+$' },
      ]),
    );
    expect(registered).toMatchObject({ status: 201 });
  });

  it('fills in defaults and encrypts secret args', async () => {
    const answer = await execute('typed', { NAME: 'ada', TOKEN: SECRET });
    expect(answer).toMatchObject({ status: 201 });
    const [row] = await gateway.query<{ args: object; secret_args: Record<string, object> }>(
      'select args, secret_args from execution where id = $1',
      [answer.json<{ id: number } & object>().id],
    );
    expect(row?.args).toEqual({ NAME: 'ada', COUNT: '2', DRY: 'false' });
    expect(Object.keys(row?.secret_args ?? {})).toEqual(['TOKEN']);
    expect(answer.text + JSON.stringify(row) + gateway.log()).not.toContain(SECRET);
  });

  it('reports each invalid arg without revealing a secret value', async () => {
    const args = {
      NAME: 'Ada',
      COUNT: '6',
      DRY: 'yes',
      COLOUR: 'blue',
      TOKEN: 'HUNTER-TWO',
      OTHER: 'x',
    };
    const answer = await execute('typed', args);
    expect(answer).toMatchObject({ status: 400, type: 'application/problem+json' });
    expect(answer.json()).toMatchObject({ type: 'urn:proctor:problem:invalid_args' });
    expect(fieldsOf(answer)).toEqual(['NAME', 'COUNT', 'DRY', 'COLOUR', 'TOKEN', 'OTHER']);
    const text = (await call(member, 'POST', '/execution', { name: 'typed', args })).text;
    for (const shown of ['"Ada"', 'such as "ada"', 'from 1 to 5', 'true or false', '"red", "green"']) {
      expect(text).toContain(shown);
    }
    expect(text + answer.text + gateway.log()).not.toContain('HUNTER');
  });

  it.each([
    ['NAME', ''],
    ['NAME', 'abc\n'],
    ['COUNT', '0x3'],
    ['COUNT', 'NaN'],
    ['COUNT', ''],
    ['DRY', 'TRUE'],
    ['COLOUR', ''],
    ['TOKEN', 'short'],
  ])('refuses %s=%j', async (name, value) => {
    expect(fieldsOf(await execute('typed', { NAME: 'ada', [name]: value }))).toEqual([name]);
  });

  it('matches a pattern that hangs backtracking engines against the longest value in time', async () => {
    const startedAt = performance.now();
    const attempts = Array.from({ length: 10 }, () =>
      execute('typed', { NAME: 'ada', EVIL: `${'a'.repeat(64 * 1024 - 1)}!` }),
    );
    for (const answer of await Promise.all(attempts)) expect(fieldsOf(answer)).toEqual(['EVIL']);
    expect(await execute('typed', { NAME: 'ada', EVIL: 'a'.repeat(64 * 1024) })).toMatchObject({
      status: 201,
    });
    // A backtracking engine would practically never finish.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  }, 20_000);
});

describe('the revisions of a proc', () => {
  const list = async (path: string) =>
    (await call(member, 'GET', path)).json<{ revisions: { revision: number }[]; next?: string }>();
  const numbers = (page: { revisions: { revision: number }[] }) =>
    page.revisions.map(({ revision }) => revision);

  it('are what each change made of it, with who made it', async () => {
    const files = [{ path: '/etc/first', content: 'one' }];
    const first = procMetadata('revised', { files });
    await register(first);
    await register(first);
    await register({ ...first, image_name: 'other:2', files: null });
    const path = '/metadata/revised/revision';
    expect(await list(path)).toEqual({
      revisions: [
        {
          revision: 2,
          image_name: 'other:2',
          changed_by: gateway.admin.email,
          changed_at: expect.any(String),
        },
        {
          revision: 1,
          image_name: first.image_name,
          changed_by: gateway.admin.email,
          changed_at: expect.any(String),
        },
      ],
    });
    const old = (await call(member, 'GET', `${path}/1`)).json<Record<string, unknown>>();
    expect(old).toMatchObject({ revision: 1, image_name: first.image_name, files });
    // What it answers can be registered again.
    const { revision: _, changed_by: __, changed_at: ___, ...metadata } = old;
    expect(await register(metadata)).toMatchObject({ status: 201 });
    expect((await call(member, 'GET', '/metadata/revised')).json()).toMatchObject({
      ...{ revision: 3, image_name: first.image_name, files },
    });
    const [pageOne, pageTwo] = [await list(`${path}?limit=2`), await list(`${path}?limit=2&cursor=2`)];
    expect([numbers(pageOne), pageOne.next]).toEqual([[3, 2], '2']);
    expect([numbers(pageTwo), pageTwo.next]).toEqual([[1], undefined]);
    expect(await auditOf('revised')).toContainEqual({
      actor: gateway.admin.email,
      action: 'registerProcs',
      details: {
        ...{ image: 'other:2', revision: 2, revision_before: 1 },
        changes: expect.objectContaining({ image_name: { from: first.image_name, to: 'other:2' } }),
      },
    });
  });

  it('go on with the next number when the proc is removed and registered again', async () => {
    await register(procMetadata('returning'));
    await call(gateway.admin, 'DELETE', '/metadata/returning');
    expect(await call(member, 'GET', '/metadata/returning/revision')).toMatchObject({ status: 404 });
    await register(procMetadata('returning'));
    expect(numbers(await list('/metadata/returning/revision'))).toEqual([2, 1]);
    // As a gateway of an older version leaves it, which runs beside this one during an upgrade.
    await gateway.query(`update proc set revision = 1 where name = 'returning'`);
    expect(await register(procMetadata('returning', { retries: 1 }))).toMatchObject({ status: 201 });
    expect(numbers(await list('/metadata/returning/revision'))).toEqual([3, 2, 1]);
  });

  it('names the current one if there is none of that number', async () => {
    const answer = await call(member, 'GET', '/metadata/returning/revision/7');
    expect(answer.status).toBe(404);
    expect(answer.text).toMatch(/has no revision 7.*current revision is 3/);
    expect(await call(member, 'GET', '/metadata/returning/revision/x')).toMatchObject({ status: 400 });
    expect(await call(member, 'GET', '/metadata/returning/revision/99999999999')).toMatchObject({
      status: 400,
    });
  });

  it('are numbered without holes or repeats when many are registered at once', async () => {
    const images = Array.from({ length: 12 }, (_, n) => `racing:${n}`);
    const register = (image: string) =>
      call(gateway.admin, 'POST', '/metadata', [procMetadata('racing', { image_name: image })]);
    const answers = await Promise.all(images.map(register));
    expect(answers.map(({ status }) => status)).toEqual(images.map(() => 201));
    const { revisions } = await list('/metadata/racing/revision');
    expect(numbers({ revisions })).toEqual(images.map((_, n) => images.length - n));
  });
});

describe('DELETE /metadata/{name}', () => {
  it('removes a proc with its secrets, and keeps its history', async () => {
    await register(procMetadata('passing'));
    await call(gateway.admin, 'POST', '/secret', { job_name: 'passing', secrets: { S: SECRET } });
    const { id } = (await execute('passing', {})).json<{ id: number } & object>();
    await gateway.end(id);
    expect(await call(member, 'DELETE', '/metadata/passing')).toMatchObject({ status: 403 });
    expect(await call(gateway.admin, 'DELETE', '/metadata/passing')).toMatchObject({
      status: 204,
      text: '',
    });
    expect(await call(gateway.admin, 'GET', '/metadata/passing')).toMatchObject({ status: 404 });
    expect(await call(gateway.admin, 'DELETE', '/metadata/passing')).toMatchObject({ status: 404 });
    expect(await gateway.query(`select name from proc_secret where proc_name = 'passing'`)).toEqual([]);
    expect(await call(member, 'GET', `/execution/${id}`)).toMatchObject({ status: 200 });
    expect(await call(outsider, 'GET', `/execution/${id}`)).toMatchObject({ status: 403 });
    expect(await auditOf('passing')).toContainEqual({
      actor: gateway.admin.email,
      action: 'removeProc',
      details: { revision: 1 },
    });
  });

  it('names what prevents the removal, and the next step', async () => {
    await register(procMetadata('busy'));
    const { id } = (await execute('busy', {})).json<{ id: number } & object>();
    await execute('busy', {}).then(async (answer) => gateway.end(answer.json<{ id: number } & object>().id));
    const schedule = {
      jobName: 'busy',
      tags: 't',
      cron: '@daily',
      notificationEmails: 'a@b.c',
      group: 'g',
      enabled: false,
    };
    const created = await call(member, 'POST', '/schedule', schedule);
    const both = await call(gateway.admin, 'DELETE', '/metadata/busy');
    expect(both).toMatchObject({ status: 409 });
    expect(both.text).toBe(
      'busy is in use by 1 schedule and 1 live execution. First remove its schedules, and cancel its executions or wait for them to end.',
    );
    await call(member, 'DELETE', `/schedule/${created.json<{ id: number } & object>().id}`);
    const one = await call(gateway.admin, 'DELETE', '/metadata/busy');
    expect(one.text).toMatch(/^busy is in use by 1 live execution\. First cancel/);
    expect(await call(member, 'GET', '/metadata/busy')).toMatchObject({ status: 200 });
    await call(member, 'POST', `/execution/${id}/cancel`);
    expect(await call(gateway.admin, 'DELETE', '/metadata/busy')).toMatchObject({ status: 204 });
  });
});

describe('GET and DELETE /secret', () => {
  beforeAll(async () => {
    await register(procMetadata('keeper'));
    const secrets = { SECOND: SECRET, FIRST: SECRET };
    await call(gateway.admin, 'POST', '/secret', { job_name: 'keeper', secrets });
  });

  it('lists names, times and authors, but no value', async () => {
    const answer = await call(gateway.admin, 'GET', '/secret/keeper');
    const set = { set_at: expect.stringMatching(/^\d{4}-.*Z$/), set_by: gateway.admin.email };
    expect(answer.json()).toEqual({
      job_name: 'keeper',
      secrets: [
        { name: 'FIRST', ...set },
        { name: 'SECOND', ...set },
      ],
    });
    expect(answer.text).not.toContain(SECRET);
    expect(await call(member, 'GET', '/secret/keeper')).toMatchObject({ status: 403 });
  });

  it('lists a proc without secrets, and secrets without a proc', async () => {
    await register(procMetadata('bare'));
    expect((await call(gateway.admin, 'GET', '/secret/bare')).json()).toMatchObject({ secrets: [] });
    await call(gateway.admin, 'POST', '/secret', { job_name: 'coming', secrets: { S: SECRET } });
    expect((await call(gateway.admin, 'GET', '/secret/coming')).json()).toMatchObject({
      secrets: [{ name: 'S' }],
    });
    expect(await call(gateway.admin, 'GET', '/secret/nothing')).toMatchObject({ status: 404 });
  });

  it('removes a secret once', async () => {
    expect(await call(member, 'DELETE', '/secret/keeper/FIRST')).toMatchObject({ status: 403 });
    expect(await call(gateway.admin, 'DELETE', '/secret/keeper/FIRST')).toMatchObject({
      status: 204,
      text: '',
    });
    expect((await call(gateway.admin, 'GET', '/secret/keeper')).json()).toMatchObject({
      secrets: [{ name: 'SECOND' }],
    });
    expect(await call(gateway.admin, 'DELETE', '/secret/keeper/FIRST')).toMatchObject({ status: 404 });
    expect(await call(gateway.admin, 'DELETE', '/secret/keeper/not%20a%20name')).toMatchObject({
      status: 400,
    });
    expect(await auditOf('keeper')).toEqual([
      {
        actor: gateway.admin.email,
        action: 'registerProcs',
        details: { image: 'proctor/keeper:1', revision: 1 },
      },
      { actor: gateway.admin.email, action: 'setSecrets', details: { names: 'SECOND FIRST' } },
      { actor: gateway.admin.email, action: 'removeSecret', details: { names: 'FIRST' } },
    ]);
  });
});

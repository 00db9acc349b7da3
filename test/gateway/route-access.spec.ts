import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pathOf, routes, type BodyInputOf, type RouteName } from '@app/contract';
import { startTestGateway, type Identity, type TestGateway } from '../support/gateway.js';

const CALLERS = [
  'no credentials',
  'a wrong token',
  'an inactive user',
  'the wrong group',
  'one of two groups',
  'all groups',
  // They have all rights to an execution, a schedule and a token of their own, but the target is another user's.
  'another owner in all groups',
  'another owner',
  // The owner of the target, who is no longer in any of the groups, and one who still is.
  'the owner',
  'the owner in all groups',
  'an admin',
  // By the cookie of a browser's session.
  'all groups, by session',
  'an admin, by session',
] as const;
type Caller = (typeof CALLERS)[number];
/** The status that each caller gets, in the order of CALLERS. */
type Statuses = Readonly<Record<Caller, number>>;

interface Cell {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
}

/** `cell` creates the target of the request again for each caller, so that no cell depends on an earlier one. */
interface Row {
  cell?: (caller: Caller) => Cell | Promise<Cell>;
  statuses: Statuses;
  /** It does not end by itself: only its head is asked for. */
  isEndless?: true;
}

const statusesOf = (statusOf: (caller: Caller) => number): Statuses =>
  Object.fromEntries(CALLERS.map((caller) => [caller, statusOf(caller)])) as Record<Caller, number>;
const STRANGERS: readonly Caller[] = ['no credentials', 'a wrong token', 'an inactive user'];
/** The status for these callers; others are refused, strangers with 401. */
const only = (callers: readonly Caller[], status: number, refusal = 403): Statuses =>
  statusesOf((caller) => (STRANGERS.includes(caller) ? 401 : callers.includes(caller) ? status : refusal));
const MEMBERS: readonly Caller[] = [
  'all groups',
  'another owner in all groups',
  'the owner in all groups',
  'an admin',
  'all groups, by session',
  'an admin, by session',
];
const ADMINS: readonly Caller[] = ['an admin', 'an admin, by session'];

const anyone = (status: number): Statuses => statusesOf(() => status);
const users = (status: number): Statuses => only(CALLERS, status);
const admins = (status: number): Statuses => only(ADMINS, status);
/** Users who may execute the proc, and admins. */
const members = (status: number): Statuses => only(MEMBERS, status);
/** Users who may execute the proc, the owner, and admins. */
const viewers = (status: number): Statuses => only([...MEMBERS, 'the owner'], status);
/** The owner, if still allowed to execute the proc, and admins. */
const owners = (status: number): Statuses => only(['the owner in all groups', ...ADMINS], status);

let gateway: TestGateway;
const identities = {} as Record<Caller, Identity | null>;
const groupsOf: Record<string, readonly string[]> = {
  'an inactive user': ['one', 'two', 'proctor_admin'],
  'the wrong group': ['three'],
  'one of two groups': ['one'],
  'all groups': ['one', 'two', 'three'],
  'another owner in all groups': ['one', 'two'],
  'another owner': [],
  'the owner': [],
  'the owner in all groups': ['one', 'two'],
};
/** Whose session it is. */
const SESSIONS: Partial<Record<Caller, Caller>> = {
  'all groups, by session': 'all groups',
  'an admin, by session': 'an admin',
};
const PROC = 'closed';

beforeAll(async () => {
  gateway = await startTestGateway({
    env: { PROCTOR_FAILED_LOGINS_PER_ADDRESS: '100000', PROCTOR_FAILED_LOGINS_PER_IDENTITY: '100000' },
  });
  identities['no credentials'] = null;
  identities['a wrong token'] = { email: gateway.admin.email, token: 'guessed' };
  identities['an admin'] = gateway.admin;
  for (const [caller, groups] of Object.entries(groupsOf)) {
    identities[caller as Caller] = await gateway.createUser(caller.replaceAll(' ', '-'), groups);
  }
  await gateway.query('update account set active = false where email = $1', [
    identities['an inactive user']?.email,
  ]);
  for (const [caller, owner] of Object.entries(SESSIONS)) identities[caller as Caller] = identities[owner];
  await make('/metadata', [metadata(PROC), { ...metadata('open'), authorized_groups: [] }]);
  await make('/secret', { job_name: PROC, secrets: { KEPT: 'a long secret' } });
  for (const caller of ['another owner', 'another owner in all groups'] as const) {
    await executionOf(caller, { hasEnded: true });
    await scheduleOf(caller);
    await make('/token', { email: emailOf(caller) });
  }
}, 60_000);
afterAll(() => gateway.remove(), 30_000);

const metadata = (name: string) => ({
  name,
  image_name: `proctor/${name}:1`,
  authorized_groups: ['one', 'two'],
  env_vars: { args: [{ name: 'A' }], secrets: [{ name: 'S' }] },
});

let count = 0;
const fresh = (prefix: string): string => `${prefix}-${++count}`;

async function make(path: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await gateway.call(gateway.admin, 'POST', path, { body });
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return answer.text === '' ? {} : answer.json();
}

/** With a session of its own for each request: some end the session that they are made with. */
async function identityOf(caller: Caller): Promise<Identity | null> {
  const identity = identities[caller];
  return identity && caller in SESSIONS ? gateway.signIn(identity) : identity;
}

const emailOf = (caller: Caller): string => identities[caller]?.email ?? '';
/** Who owns the target that this caller asks for. */
const ownerFor = (caller: Caller): Caller => (caller === 'the owner in all groups' ? caller : 'the owner');

async function executionOf(owner: Caller, { hasEnded }: { hasEnded: boolean }): Promise<Cell> {
  const { id } = await make('/execution', { name: PROC, args: {} });
  const status = hasEnded ? 'FINISHED' : 'RECEIVED';
  await gateway.query(
    `update execution set user_email = $2, status = $3, ended_at = case when $4 then now() end where id = $1`,
    [id, emailOf(owner), status, hasEnded],
  );
  return { params: { id: String(id) } };
}

const scheduleBody = () => ({
  jobName: PROC,
  args: { A: fresh('value') },
  tags: 't',
  cron: '* * * * *',
  notificationEmails: 'a@example.com',
  group: 'g',
});

async function scheduleOf(owner: Caller): Promise<Cell> {
  const { id } = await make('/schedule', scheduleBody());
  await gateway.query('update schedule set user_email = $2 where id = $1', [id, emailOf(owner)]);
  return { params: { id: String(id) } };
}

async function someUser(): Promise<string> {
  const email = `${fresh('user')}@example.com`;
  await make('/user', { email, groups: ['made'] });
  return email;
}

async function tokenOf(email: string): Promise<Cell> {
  const { id } = await make('/token', { email });
  return { params: { id: String(id) } };
}

async function someService(): Promise<string> {
  const email = `${fresh('service')}@example.com`;
  await make('/user', { email, service: true });
  return email;
}

const workloadBody = (name: string) => ({
  ...{ name, issuer: 'https://issuer.example.com', audience: 'proctor', subject: 'repo:acme/app' },
});

async function someWorkload(): Promise<Cell> {
  const name = fresh('rule');
  await make('/workload', { ...workloadBody(name), account: await someService() });
  return { params: { name } };
}

async function someNotification(): Promise<Cell> {
  const { params } = await executionOf('the owner', { hasEnded: true });
  const [row] = await gateway.query<{ id: string }>(
    `with event as (
       insert into notification (execution_id, event, spread_at) values ($1, 'slow', now()) returning id)
     insert into delivery (notification_id, channel, recipient, state, sent_at)
     select id, 'mail', 'a@example.com', 'sent', now() from event returning id::text`,
    [params?.['id']],
  );
  return { params: { id: row?.id ?? '' } };
}

async function somePodTemplate(): Promise<Cell> {
  const name = fresh('template');
  await gateway.call(gateway.admin, 'PUT', `/pod-template/${name}`, { body: { spec: {} } });
  return { params: { name } };
}

const ended = (caller: Caller) => executionOf(ownerFor(caller), { hasEnded: true });
const scheduled = (caller: Caller) => scheduleOf(ownerFor(caller));
const changed = (change: Record<string, unknown>) => async (caller: Caller) => ({
  ...(await scheduled(caller)),
  body: { ...change, ...('args' in change && { args: { A: fresh('value') } }) },
});
const signIn = { body: { device_code: 'x', refresh_token: 'x' } };

/** Every route of the contract: a new one does not compile without its row. */
const TABLE: Record<RouteName, Row> = {
  submitExecution: { cell: () => ({ body: { name: PROC, args: {} } }), statuses: members(201) },
  listExecutions: { statuses: users(200) },
  getExecutionStatus: { cell: ended, statuses: viewers(200) },
  watchExecutions: { statuses: users(200), isEndless: true },
  streamExecutionLogs: {
    cell: async (caller) => ({ query: { context_id: (await ended(caller)).params?.['id'] ?? '' } }),
    statuses: viewers(200),
  },
  getExecution: { cell: ended, statuses: viewers(200) },
  readExecutionLog: { cell: ended, statuses: viewers(200) },
  readLogLines: { cell: ended, statuses: viewers(200) },
  searchLog: {
    cell: async (caller) => ({ ...(await ended(caller)), query: { q: 'x' } }),
    statuses: viewers(200),
  },
  // Stopping is open to whoever may execute the proc.
  cancelExecution: {
    cell: (caller) => executionOf(ownerFor(caller), { hasEnded: false }),
    statuses: viewers(200),
  },
  // Seeing the execution is not enough, because the proc is executed again.
  rerunExecution: { cell: ended, statuses: members(201) },
  listProcs: { statuses: users(200) },
  registerProcs: { cell: () => ({ body: [metadata(fresh('proc'))] }), statuses: admins(201) },
  checkProcs: { cell: () => ({ body: [metadata(fresh('proc'))] }), statuses: admins(200) },
  getProc: { cell: () => ({ params: { name: PROC } }), statuses: members(200) },
  listProcRevisions: { cell: () => ({ params: { name: PROC } }), statuses: members(200) },
  getProcRevision: { cell: () => ({ params: { name: PROC, n: '1' } }), statuses: members(200) },
  removeProc: {
    cell: async () => {
      const name = fresh('proc');
      await make('/metadata', [metadata(name)]);
      return { params: { name } };
    },
    statuses: admins(204),
  },
  listPodTemplates: { statuses: admins(200) },
  applyPodTemplate: {
    cell: () => ({ params: { name: fresh('template') }, body: { spec: {} } }),
    statuses: admins(200),
  },
  getPodTemplate: { cell: somePodTemplate, statuses: admins(200) },
  removePodTemplate: { cell: somePodTemplate, statuses: admins(204) },
  setSecrets: {
    cell: () => ({ body: { job_name: PROC, secrets: { S: fresh('a long secret') } } }),
    statuses: admins(201),
  },
  listSecrets: { cell: () => ({ params: { name: PROC } }), statuses: admins(200) },
  removeSecret: {
    cell: async () => {
      await make('/secret', { job_name: PROC, secrets: { GONE: 'a long secret' } });
      return { params: { name: PROC, secret: 'GONE' } };
    },
    statuses: admins(204),
  },
  createSchedule: { cell: () => ({ body: scheduleBody() }), statuses: members(201) },
  listSchedules: {
    cell: async () => {
      await make('/schedule', { ...scheduleBody(), jobName: 'open' });
      return {};
    },
    statuses: users(200),
  },
  getSchedule: { cell: scheduled, statuses: viewers(200) },
  // Each other change has a row of its own below.
  updateSchedule: { cell: changed({ enabled: false }), statuses: viewers(200) },
  getScheduleNext: { cell: scheduled, statuses: viewers(200) },
  getScheduleHistory: { cell: scheduled, statuses: viewers(200) },
  removeSchedule: { cell: scheduled, statuses: viewers(200) },
  listNotifications: { statuses: admins(200) },
  resendNotification: { cell: someNotification, statuses: admins(200) },
  getNotifyPreference: { statuses: users(200) },
  setNotifyPreference: { cell: () => ({ body: { notify_on: ['failure'] } }), statuses: users(200) },
  whoAmI: { statuses: users(200) },
  listUsers: { statuses: admins(200) },
  createUser: { cell: () => ({ body: { email: `${fresh('new')}@example.com` } }), statuses: admins(201) },
  getUser: { cell: async () => ({ params: { email: await someUser() } }), statuses: admins(200) },
  updateUser: {
    cell: async () => ({ params: { email: await someUser() }, body: { groups: ['proctor_admin'] } }),
    statuses: admins(200),
  },
  removeUser: { cell: async () => ({ params: { email: await someUser() } }), statuses: admins(204) },
  listGroups: { statuses: admins(200) },
  createGroup: { cell: () => ({ body: { name: fresh('group') } }), statuses: admins(201) },
  removeGroup: {
    cell: async () => {
      const name = fresh('group');
      await make('/group', { name });
      return { params: { name } };
    },
    statuses: admins(204),
  },
  addMember: {
    cell: async () => ({ params: { name: 'three', email: await someUser() } }),
    statuses: admins(204),
  },
  removeMember: {
    cell: async () => ({ params: { name: 'made', email: await someUser() } }),
    statuses: admins(204),
  },
  listTokens: { statuses: users(200) },
  createToken: { cell: () => ({ body: { label: 'own' } }), statuses: users(201) },
  revokeToken: {
    cell: (caller) => tokenOf(identities[caller]?.email ?? emailOf('the owner')),
    statuses: users(204),
  },
  listWorkloads: { statuses: admins(200) },
  createWorkload: {
    cell: async () => ({ body: { ...workloadBody(fresh('rule')), account: await someService() } }),
    statuses: admins(201),
  },
  getWorkload: { cell: someWorkload, statuses: admins(200) },
  removeWorkload: { cell: someWorkload, statuses: admins(204) },
  listAudit: { statuses: admins(200) },
  exportAudit: { statuses: admins(200) },
  verifyAudit: { statuses: admins(200) },
  checkSecretKey: { statuses: admins(200) },
  rotateSecretKey: { statuses: admins(200) },
  getSignIn: { statuses: anyone(200) },
  // There is no device flow with accounts in Postgres.
  startSignIn: { statuses: anyone(404) },
  pollSignIn: { cell: () => signIn, statuses: anyone(404) },
  refreshSignIn: { cell: () => signIn, statuses: anyone(404) },
  createSession: {
    cell: (caller) => ({ body: { token: identities[caller]?.token ?? 'guessed' } }),
    statuses: users(201),
  },
  listSessions: { statuses: users(200) },
  endOwnSession: { statuses: anyone(204) },
  endSession: { cell: () => ({ params: { id: randomUUID() } }), statuses: users(204) },
  ping: { statuses: anyone(200) },
  healthLive: { statuses: anyone(200) },
  healthReady: { statuses: anyone(200) },
  metrics: { statuses: anyone(200) },
  openApi: { statuses: anyone(200) },
  swagger: { statuses: anyone(200) },
  home: { statuses: anyone(200) },
  docs: { statuses: anyone(200) },
  docsAsset: { cell: () => ({ params: { file: 'index.css' } }), statuses: anyone(200) },
  consoleHome: { statuses: anyone(200) },
  consoleAsset: { cell: () => ({ params: { file: 'none.js' } }), statuses: anyone(404) },
  consolePage: { cell: () => ({ params: { page: 'procs' } }), statuses: anyone(200) },
  consoleItem: { cell: () => ({ params: { page: 'procs', id: PROC } }), statuses: anyone(200) },
  consoleTab: {
    cell: () => ({ params: { page: 'procs', id: PROC, tab: 'run' } }),
    statuses: anyone(200),
  },
};

/** The same routes with other targets. */
const VARIANTS: [what: string, route: RouteName, row: Row][] = [
  [
    'of a proc without groups',
    'submitExecution',
    { cell: () => ({ body: { name: 'open', args: {} } }), statuses: users(201) },
  ],
  [
    'of a proc without groups',
    'getProc',
    { cell: () => ({ params: { name: 'open' } }), statuses: users(200) },
  ],
  [
    'of an unknown proc',
    'submitExecution',
    { cell: () => ({ body: { name: 'nothing', args: {} } }), statuses: users(404) },
  ],
  [
    'of a removed proc',
    'getExecution',
    {
      cell: async () => {
        const name = fresh('proc');
        await make('/metadata', [metadata(name)]);
        const { id } = await make('/execution', { name, args: {} });
        await gateway.query(
          `update execution set user_email = $2, status = 'FINISHED', ended_at = now() where id = $1`,
          [id, emailOf('the owner')],
        );
        await gateway.call(gateway.admin, 'DELETE', `/metadata/${name}`);
        return { params: { id: String(id) } };
      },
      // No user is authorized for a removed proc.
      statuses: only(['the owner', ...ADMINS], 200),
    },
  ],
  // A schedule runs in its owner's name.
  ...Object.entries({
    enabled: true,
    args: {},
    tags: 'of the caller',
    cron: '@daily',
    at: '2099-01-01T00:00:00Z',
    timeZone: 'Asia/Kathmandu',
    notificationEmails: 'eve@example.com',
    notifyOn: ['start'],
    group: 'of the caller',
    overlap: 'skip',
    misfire: 'all',
    misfireGraceSeconds: 1,
    blackouts: [],
  } satisfies Record<keyof BodyInputOf<'updateSchedule'>, unknown>).map(
    ([field, value]): [string, RouteName, Row] => [
      `with another ${field}`,
      'updateSchedule',
      {
        cell: changed({ [field]: value }),
        statuses: owners(200),
      },
    ],
  ),
  [
    'paused with another tag',
    'updateSchedule',
    { cell: changed({ enabled: false, tags: 'x' }), statuses: owners(200) },
  ],
  [
    'for another user',
    'createToken',
    { cell: async () => ({ body: { email: await someUser() } }), statuses: admins(201) },
  ],
  [
    'of another user',
    'revokeToken',
    { cell: async () => tokenOf(await someUser()), statuses: only(ADMINS, 204, 404) },
  ],
  [
    'of another user',
    'listTokens',
    { cell: async () => ({ query: { email: await someUser() } }), statuses: admins(200) },
  ],
  [
    'with an unknown id',
    'resendNotification',
    {
      cell: () => ({ params: { id: '9007199254740991' } }),
      statuses: admins(404),
    },
  ],
  ['of all users', 'listTokens', { cell: () => ({ query: { all: 'true' } }), statuses: admins(200) }],
];

const cells = [
  ...Object.entries(TABLE).map(([route, row]): [string, RouteName, Row] => ['', route as RouteName, row]),
  ...VARIANTS,
].flatMap(([what, route, { cell, statuses, isEndless = false }]) =>
  CALLERS.map((caller) => ({
    title: `${route}${what && ` ${what}`}`,
    route,
    caller,
    cell,
    method: isEndless ? 'HEAD' : routes[route].method,
    status: statuses[caller],
  })),
);

describe('access to each route', () => {
  it.each(cells)('$title by $caller: $status', async ({ route, caller, cell, method, status }) => {
    const { params, query, body } = (await cell?.(caller)) ?? {};
    const identity = await identityOf(caller);
    const before = status >= 400 ? await contents() : null;
    const answer = await gateway.call(identity, method, pathOf(route, params, query), { body });
    expect(answer).toMatchObject({ status });
    if (before) expect(await contents()).toEqual(before);
  });
});

describe('lists', () => {
  const list = async <Entry>(caller: Caller, path: string, pick: (body: never) => Entry[]) =>
    pick((await gateway.call(await identityOf(caller), 'GET', path)).json<never>());
  const withRights: [Caller, boolean][] = [
    ['the wrong group', false],
    ['one of two groups', false],
    ['all groups', true],
    ['another owner in all groups', true],
    ['another owner', false],
    ['an admin', true],
    ['all groups, by session', true],
    ['an admin, by session', true],
  ];

  it.each<[Caller, boolean]>([...withRights, ['the owner', false]])(
    'procs for %s contain the closed one: %s',
    async (caller, isShown) => {
      const names = await list(caller, '/metadata', (procs: { name: string }[]) =>
        procs.map(({ name }) => name),
      );
      expect(names.includes(PROC)).toBe(isShown);
      expect(names).toContain('open');
    },
  );

  it.each<[Caller, boolean]>([...withRights, ['the owner', true]])(
    'executions for %s contain the owner’s: %s',
    async (caller, isShown) => {
      const id = Number((await ended('the owner')).params?.['id']);
      const ids = await list(caller, '/execution', (page: { executions: { id: number }[] }) =>
        page.executions.map((execution) => execution.id),
      );
      expect(ids.includes(id)).toBe(isShown);
    },
  );

  it.each<[Caller, boolean]>([...withRights, ['the owner', true]])(
    'schedules for %s contain the owner’s: %s',
    async (caller, isShown) => {
      await make('/schedule', { ...scheduleBody(), jobName: 'open' });
      const id = Number((await scheduleOf('the owner')).params?.['id']);
      const ids = await list(caller, '/schedule', (schedules: { id: number }[]) =>
        schedules.map((schedule) => schedule.id),
      );
      expect(ids.includes(id)).toBe(isShown);
    },
  );

  it.each(CALLERS.slice(3))('tokens for %s contain only their own', async (caller) => {
    const emails = await list(caller, '/token', (page: { tokens: { email: string }[] }) =>
      page.tokens.map(({ email }) => email),
    );
    expect(new Set(emails)).toEqual(new Set([identities[caller]?.email]));
  });
});

const TABLES = [
  'proc',
  'pod_template',
  'proc_secret',
  'execution',
  'execution_log',
  'schedule',
  'schedule_tick',
  'idempotency_key',
  'notification',
  'delivery',
  'notification_preference',
  'account',
  'account_group',
  'account_membership',
  'access_token',
  'workload_rule',
  'browser_session',
];

/** A hash of each table, without the audit trail and the columns that change by themselves. */
async function contents(): Promise<Record<string, string>> {
  const hashes = TABLES.map(
    (table) =>
      `(select md5(coalesce(string_agg(line, '|' order by line), '')) from
         (select (to_jsonb(t) - '{enqueued_at,updated_at,last_used_at,last_seen_at}'::text[])::text as line from ${table} t) lines
       ) as ${table}`,
  );
  const [row] = await gateway.query<Record<string, string>>(`select ${hashes.join(', ')}`);
  return row ?? {};
}

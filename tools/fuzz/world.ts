import { randomBytes } from 'node:crypto';
import { startSystem, type System } from '../../test/support/system.js';
import { SERVICE_ACCOUNT } from './samples.js';
import type { Targets } from './targets.js';

export const CALLERS = ['stranger', 'outsider', 'member', 'admin'] as const;
export type Caller = (typeof CALLERS)[number];

export interface Identity {
  email: string;
  token: string;
}

/** A word that stands in rows which some callers must never see. */
export interface Canary {
  word: string;
  hiddenFrom: readonly Caller[];
}

/** A gateway process with the objects of several people, each marked with a canary. */
export interface FuzzWorld {
  system: System;
  /** The stranger has none. */
  identities: Record<Exclude<Caller, 'stranger'>, Identity>;
  canaries: readonly Canary[];
  /** What everyone may name in a request. */
  targets: Targets;
  /** What the admin may change. The admin changes nothing else, so that every other change is a finding. */
  disposable: Targets;
  /** Rows of people who send no request. They must be the same at the end. */
  readVault(): Promise<string>;
  stop(): Promise<void>;
}

/** The limits have tests of their own; here they would only end the attack early. */
const RAISED_LIMITS = {
  PROCTOR_FAILED_LOGINS_PER_ADDRESS: '100000',
  PROCTOR_FAILED_LOGINS_PER_IDENTITY: '100000',
  PROCTOR_SCHEDULES_PER_OWNER: '1000000',
  PROCTOR_QUEUE_LIMIT: '1000000',
};

export async function startFuzzWorld({ ownPostgres }: { ownPostgres: boolean }): Promise<FuzzWorld> {
  const system = await startSystem({ workers: 0, schedulers: 0, ownPostgres, env: RAISED_LIMITS });
  try {
    return await fill(system);
  } catch (error) {
    await system.stop();
    throw error;
  }
}

async function fill(system: System): Promise<FuzzWorld> {
  const mark = randomBytes(4).toString('hex');
  const word = (of: string) => `${of}canary${mark}`;
  const vault = word('vault');
  const inside = word('inside');
  const outside = word('outside');
  const sealed = word('sealed');

  const create = (body: object) => post(system, '/user', body);
  const tokenOf = async (email: string, label: string) =>
    (await post(system, '/token', { email, label })) as { id: string; token: string };
  await create({ email: 'vault@example.com', groups: ['vault'] });
  await create({ email: 'member@example.com', groups: ['inside'] });
  await create({ email: 'outsider@example.com', groups: ['elsewhere'] });
  await create({ email: 'disposable@example.com', groups: ['disposable'] });
  await create({ email: SERVICE_ACCOUNT, service: true });
  const vaultToken = await tokenOf('vault@example.com', vault);
  const member = await tokenOf('member@example.com', inside);
  const outsider = await tokenOf('outsider@example.com', outside);

  await post(system, '/metadata', [
    metadata('vault-proc', vault, ['vault']),
    metadata('inside-proc', inside, ['inside']),
    metadata('open-proc', 'open to all', []),
  ]);
  for (const name of ['vault-proc', 'inside-proc']) {
    await post(system, '/secret', { job_name: name, secrets: { KEY: sealed } });
  }
  const vaultObjects = await addObjects(system, 'vault-proc', 'vault@example.com', { canary: vault, sealed });
  const openObjects = await addObjects(system, 'open-proc', system.api.identity.email, {
    canary: 'open',
    sealed: 'a long secret',
  });
  const insideObjects = await addObjects(system, 'inside-proc', 'member@example.com', {
    canary: inside,
    sealed,
  });

  const assets = await findAssets(system.gatewayUrl);
  const everyone: Targets = {
    procs: ['vault-proc', 'inside-proc', 'open-proc', 'made-proc'],
    executions: [vaultObjects.execution, insideObjects.execution],
    schedules: [vaultObjects.schedule, insideObjects.schedule],
    tokens: [vaultToken.id],
    notifications: [vaultObjects.notification, insideObjects.notification],
    emails: ['vault@example.com', 'member@example.com', 'outsider@example.com', 'disposable@example.com'],
    groups: ['vault', 'inside', 'elsewhere', 'disposable'],
    templates: ['made-template'],
    assets,
  };
  const disposable: Targets = {
    procs: ['open-proc', 'made-proc'],
    executions: [openObjects.execution],
    schedules: [openObjects.schedule],
    tokens: [],
    notifications: [openObjects.notification],
    emails: ['disposable@example.com'],
    groups: ['disposable'],
    templates: ['made-template'],
    assets,
  };
  return {
    system,
    identities: {
      outsider: { email: 'outsider@example.com', token: outsider.token },
      member: { email: 'member@example.com', token: member.token },
      admin: system.api.identity,
    },
    canaries: [
      { word: vault, hiddenFrom: ['stranger', 'outsider', 'member'] },
      { word: inside, hiddenFrom: ['stranger', 'outsider'] },
      { word: outside, hiddenFrom: ['stranger', 'member'] },
      { word: sealed, hiddenFrom: CALLERS },
      ...[vaultToken, member, outsider].map(({ token }) => ({ word: token, hiddenFrom: CALLERS })),
    ],
    targets: everyone,
    disposable,
    readVault: () => readVault(system),
    stop: () => system.stop(),
  };
}

/** That the page of the console loads. */
async function findAssets(gatewayUrl: string): Promise<string[]> {
  const page = await (await fetch(`${gatewayUrl}/console/`)).text();
  return [...page.matchAll(/assets\/([\w.-]+)/g)].map(([, name]) => name!);
}

const metadata = (name: string, description: string, groups: string[]) => ({
  name,
  description,
  image_name: 'proctor/run-script:1',
  authorized_groups: groups,
  env_vars: {
    args: [{ name: 'A' }, { name: 'HIDDEN', type: 'secret' }],
    secrets: [{ name: 'KEY' }],
  },
});

/** An execution with a log and a notification, and a schedule, all of this owner. */
async function addObjects(
  system: System,
  name: string,
  owner: string,
  { canary, sealed }: { canary: string; sealed: string },
): Promise<{ execution: string; schedule: string; notification: string }> {
  const { id } = (await post(system, '/execution', { name, args: { A: canary, HIDDEN: sealed } })) as {
    id: number;
  };
  const schedule = (await post(system, '/schedule', {
    jobName: name,
    args: { A: canary, HIDDEN: sealed },
    tags: canary,
    cron: '0 0 1 1 *',
    notificationEmails: `${canary}@example.com`,
    group: 'g',
  })) as { id: number };
  await system.query(
    `update execution set user_email = $2, status = 'FINISHED', ended_at = now() where id = $1`,
    [id, owner],
  );
  await system.query('update schedule set user_email = $2 where id = $1', [schedule.id, owner]);
  await system.query(
    `insert into execution_log (execution_id, seq, kind, text, ends_line) values ($1, 1, 0, $2, true)`,
    [id, canary],
  );
  const [notification] = await system.query<{ id: string }>(
    `with event as (
       insert into notification (execution_id, event, spread_at) values ($1, 'slow', now()) returning id)
     insert into delivery (notification_id, channel, recipient, state, sent_at)
     select id, 'mail', $2, 'sent', now() from event returning id::text`,
    [id, `${canary}@example.com`],
  );
  return { execution: String(id), schedule: String(schedule.id), notification: notification?.id ?? '' };
}

async function readVault(system: System): Promise<string> {
  const rows = await Promise.all(
    [
      `select to_jsonb(t) - 'last_used_at' as row from access_token t where email = 'vault@example.com' order by id`,
      `select to_jsonb(t) as row from account t where email = 'vault@example.com'`,
      `select to_jsonb(t) as row from account_membership t where group_name in ('vault', 'inside') order by email`,
      `select to_jsonb(t) as row from proc t where name = 'vault-proc'`,
      `select to_jsonb(t) as row from proc_secret t where proc_name = 'vault-proc'`,
      `select to_jsonb(t) as row from execution t where user_email = 'vault@example.com' order by id`,
      `select to_jsonb(t) as row from schedule t where user_email = 'vault@example.com' order by id`,
      `select to_jsonb(t) as row from execution_log t join execution e on e.id = t.execution_id
       where e.user_email = 'vault@example.com' order by seq`,
    ].map((sql) => system.query<{ row: unknown }>(sql)),
  );
  return JSON.stringify(rows, null, 1);
}

async function post(system: System, path: string, body: unknown): Promise<unknown> {
  const reply = await system.api.request('POST', path, body);
  const text = await reply.text();
  if (reply.status !== 201) throw new Error(`POST ${path}: ${reply.status} ${text}`);
  return text === '' ? {} : JSON.parse(text);
}

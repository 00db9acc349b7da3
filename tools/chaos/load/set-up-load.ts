import { AccountsStore } from '@app/database';
import type { ApiClient } from '../../../test/support/api-client.js';
import { openDatabase } from '../../../test/support/stores.js';
import type { ProcRecord } from '../record.js';
import type { World } from '../world/start-world.js';
import type { Identity } from './gateways.js';
import { PROCS } from './plan-request.js';

const USERS = ['ada', 'bob', 'eve', 'kim', 'lin', 'max'];
/** How many of the users get email about the ends of their executions. */
const NOTIFIED_COUNT = 1;
const GROUP = 'chaos';

export interface LoadSetUp {
  users: readonly Identity[];
  notifiedUsers: string[];
  procs: ProcRecord[];
  group: string;
}

/** Creates users and procs. Call it before the first fault. */
export async function setUpLoad(world: World): Promise<LoadSetUp> {
  const users = await createUsers(world.databaseUrl);
  const notified = users.slice(0, NOTIFIED_COUNT);
  for (const user of notified) await enableEmail(world.admin, user);
  const procs: ProcRecord[] = Object.values(PROCS);
  for (const { name, concurrencyLimit, retries } of procs) {
    const concurrency = concurrencyLimit === null ? {} : { concurrency: { limit: concurrencyLimit } };
    await world.admin.registerScriptProc({ retries, ...concurrency }, name);
  }
  return { users, notifiedUsers: notified.map(({ email }) => email), procs, group: GROUP };
}

async function createUsers(databaseUrl: string): Promise<Identity[]> {
  const database = openDatabase(databaseUrl, 2);
  try {
    const accounts = new AccountsStore(database);
    const users: Identity[] = [];
    for (const name of USERS) {
      const email = `${name}@example.com`;
      const token = await accounts.createAccount({ email, name, groups: [GROUP] }, 'chaos');
      if (token === null) throw new Error(`${email} already exists`);
      users.push({ email, token });
    }
    return users;
  } finally {
    await database.close();
  }
}

async function enableEmail(admin: ApiClient, { email, token }: Identity): Promise<void> {
  const reply = await fetch(`${admin.url}/whoami/notification`, {
    method: 'PUT',
    headers: { 'Email-Id': email, 'Access-Token': token },
    body: JSON.stringify({ notify_on: ['success', 'failure'] }),
  });
  if (!reply.ok) throw new Error(`PUT /whoami/notification: ${reply.status} ${await reply.text()}`);
}

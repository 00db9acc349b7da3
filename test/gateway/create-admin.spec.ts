import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createDatabase, type TestDatabase, postgresEnv } from '../support/servers.js';

const EMAIL = 'boss@example.com';

let database: TestDatabase;
let gateway: TestGateway;

beforeAll(async () => {
  database = await createDatabase();
}, 60_000);

afterAll(async () => {
  await gateway.remove();
  await database.drop();
}, 30_000);

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the built program as an operator does. */
async function createAdmin(args: string[] = [], env: Record<string, string> = {}): Promise<Outcome> {
  const variables = {
    PATH: process.env['PATH'],
    ...postgresEnv(database.url),
    PROCTOR_ADMIN_EMAIL: EMAIL,
    ...env,
  };
  const program = ['dist/apps/gateway/src/create-admin.js', ...args];
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, program, { env: variables })) };
  } catch (error) {
    return error as Outcome;
  }
}

const tokenIn = ({ stdout }: Outcome) => (JSON.parse(stdout) as { token: string }).token;
const whoAmI = (token: string) => gateway.call({ email: EMAIL, token }, 'GET', '/whoami');
const countTokens = async () => (await gateway.query('select id from access_token')).length;

describe('create-admin', () => {
  it('creates the first admin once, and audits it', async () => {
    const first = await createAdmin();
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(first.stdout)).toEqual({ created: true, email: EMAIL, token: tokenIn(first) });
    expect(JSON.parse((await createAdmin()).stdout)).toEqual({ created: false });
    gateway = await startTestGateway({ databaseUrl: database.url });
    expect((await whoAmI(tokenIn(first))).json()).toMatchObject({ email: EMAIL, is_admin: true });
    const rows = await gateway.query('select actor, action, subject, allowed from audit_event order by id');
    expect(rows).toEqual([{ actor: 'operator', action: 'createUser', subject: EMAIL, allowed: true }]);
  }, 30_000);

  it('creates a new token for an admin who lost every token, and audits it', async () => {
    await gateway.query('update access_token set revoked_at = now() where email = $1', [EMAIL]);
    const made = await createAdmin(['--new-token']);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(made.stdout)).toEqual({ created: true, email: EMAIL, token: tokenIn(made) });
    expect((await whoAmI(tokenIn(made))).json()).toMatchObject({ email: EMAIL, is_admin: true });
    const { tokens } = (await gateway.call({ email: EMAIL, token: tokenIn(made) }, 'GET', '/token')).json<{
      tokens: Record<string, string>[];
    }>();
    expect(tokens[0]).toMatchObject({ created_by: 'operator' });
    const rows = await gateway.query<{ details: unknown }>(
      `select actor, subject, allowed, details from audit_event where action = 'createToken'`,
    );
    expect(rows).toMatchObject([{ actor: 'operator', subject: EMAIL, allowed: true }]);
    expect(JSON.stringify(rows)).not.toContain(tokenIn(made));
  }, 30_000);

  it('finds the account whatever the case of the email, and prints it as first given', async () => {
    const made = await createAdmin(['--new-token'], { PROCTOR_ADMIN_EMAIL: EMAIL.toUpperCase() });
    expect(JSON.parse(made.stdout)).toEqual({ created: true, email: EMAIL, token: tokenIn(made) });
    expect((await whoAmI(tokenIn(made))).json()).toMatchObject({ email: EMAIL, is_admin: true });
  }, 30_000);

  it.each<[string, Record<string, string>, string, RegExp]>([
    [
      'the account does not exist',
      { PROCTOR_ADMIN_EMAIL: 'nobody@example.com' },
      'select 1',
      /No such account/,
    ],
    ['it is disabled', {}, 'update account set active = false', /disabled/],
    [
      'it is not in all admin groups',
      { PROCTOR_REQUIRED_ADMIN_GROUP: 'proctor_admin,ops' },
      'select 1',
      /ops/,
    ],
  ])(
    'refuses a token if %s',
    async (_why, env, before, reason) => {
      await gateway.query(before);
      const tokens = await countTokens();
      const refused = await createAdmin(['--new-token'], env);
      await gateway.query('update account set active = true');
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toMatch(reason);
      expect(await countTokens()).toBe(tokens);
      const [row] = await gateway.query(
        'select actor, action, allowed from audit_event order by id desc limit 1',
      );
      expect(row).toEqual({ actor: 'operator', action: 'createToken', allowed: false });
    },
    30_000,
  );

  it.each([[['--new-tokens']], [['--new-token', 'now']], [['help']]])(
    'refuses %j',
    async (args) => {
      const refused = await createAdmin(args);
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toContain('--new-token');
    },
    30_000,
  );
});

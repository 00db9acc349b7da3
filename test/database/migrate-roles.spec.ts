import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from '@jest/globals';
import { migrate } from '../../scripts/lib/apply-migrations.mjs';
import { CleanUps } from '../support/clean-ups.js';
import { aDatabase, warningsOf } from '../support/role-rights.js';
import { query, testPostgresUrl, type TestDatabase } from '../support/servers.js';

const cleanUps = new CleanUps();
afterAll(() => cleanUps.run());

/** A role of the shared server, and what it owns in the database is dropped with it. */
async function aRole(
  attributes: string,
  database?: TestDatabase,
): Promise<{ user: string; password: string }> {
  const user = `role_${randomBytes(4).toString('hex')}`;
  const password = `p'w "${randomBytes(6).toString('hex')}`;
  await query(
    testPostgresUrl(),
    `create role ${user} login password '${password.replaceAll("'", "''")}' ${attributes}`,
  );
  await cleanUps.add(async () => {
    if (database) await query(database.url, `drop owned by ${user} cascade`);
    await query(testPostgresUrl(), `drop role ${user}`);
  });
  return { user, password };
}

const urlOf = (database: TestDatabase, { user, password }: { user: string; password: string }) =>
  Object.assign(new URL(database.url), {
    username: encodeURIComponent(user),
    password: encodeURIComponent(password),
  }).href;

describe('migrating', () => {
  it('works without a superuser: the owner owns the database, and its advice leads to two roles', async () => {
    const database = await aDatabase(cleanUps, false);
    const owner = await aRole('createrole');
    const service = { user: `svc_${randomBytes(4).toString('hex')}`, password: 'of the services' };
    await query(testPostgresUrl(), `alter database ${database.name} owner to ${owner.user}`);
    await cleanUps.add(async () => {
      await database.drop();
      await query(testPostgresUrl(), `drop role if exists ${service.user}`);
    });
    const connectionString = urlOf(database, owner);
    const told: string[] = [];
    await migrate({ connectionString, service: owner, log: (line) => told.push(line) });
    expect(told.at(-1)).toMatch(
      /could change the audit trail[^]*PROCTOR_POSTGRES_OWNER_USER=role_\w+ [^]*npm run db:migrate/,
    );
    expect(await warningsOf(connectionString)).toEqual([
      expect.stringMatching(/it can create roles; it owns the database .*; it owns /),
    ]);
    told.length = 0;
    await migrate({ connectionString, service, log: (line) => told.push(line) });
    expect(told).toEqual([`created the role ${service.user} for the services`]);
    const asService = urlOf(database, service);
    expect(await warningsOf(asService)).toEqual([]);
    await expect(query(asService, 'alter table audit_event disable trigger all')).rejects.toThrow(
      'must be owner',
    );
    expect(await query(asService, 'select ensure_log_partitions(9) > 0 as made')).toEqual([{ made: true }]);

    const changed = { ...service, password: 'another' };
    told.length = 0;
    await migrate({ connectionString, service: changed, log: (line) => told.push(line) });
    expect(told).toEqual([`set the password of the role ${service.user}`]);
    expect(await query(urlOf(database, changed), 'select 1 as one')).toEqual([{ one: 1 }]);
    await migrate({ connectionString, service: changed, log: (line) => told.push(line) });
    expect(told).toHaveLength(1);
  }, 30_000);

  it('says what an administrator has to do if it may not create the role', async () => {
    const database = await aDatabase(cleanUps, false);
    const owner = await aRole('');
    await query(testPostgresUrl(), `alter database ${database.name} owner to ${owner.user}`);
    await cleanUps.add(() => database.drop());
    const service = { user: 'svc_missing', password: 'secret of it' };
    const failed = migrate({ connectionString: urlOf(database, owner), service });
    await expect(failed).rejects.toMatchObject({
      message: expect.stringContaining('the role svc_missing of PROCTOR_POSTGRES_USER does not exist'),
      hint: expect.stringMatching(/^Let an administrator .* CREATE ROLE "svc_missing" LOGIN PASSWORD '…';/),
    });
    await expect(failed).rejects.not.toMatchObject({ hint: expect.stringContaining('secret of it') });
  }, 30_000);

  it.each<[string, string, RegExp]>([
    ['is a superuser', 'superuser', /is a superuser/],
    ['can create roles', 'createrole', /can create roles/],
    ['can create databases', 'createdb', /can create databases/],
    ['replicates', 'replication', /can replicate/],
    ['bypasses row security', 'bypassrls', /bypasses row security/],
    ['is a member of the owner', 'in role proctor', /owns/],
    ['is a member that must change its role first', 'noinherit in role proctor', /owns/],
    ['writes all data', 'in role pg_write_all_data', /pg_write_all_data/],
    ['runs programs', 'in role pg_execute_server_program', /pg_execute_server_program/],
  ])('refuses a role of the services that %s', async (_what, attributes, excess) => {
    const database = await aDatabase(cleanUps);
    const service = await aRole(attributes, database);
    await expect(migrate({ connectionString: database.url, service })).rejects.toMatchObject({
      message: expect.stringMatching(excess),
      hint: expect.stringMatching(/^Let an administrator .*\n {2}(ALTER|REVOKE|REASSIGN) /),
    });
  });

  it('refuses a role that owns the audit trail, or has a right to change it from elsewhere', async () => {
    const database = await aDatabase(cleanUps);
    const service = await aRole('', database);
    await query(database.url, `alter table audit_event owner to ${service.user}`);
    const run = () => migrate({ connectionString: database.url, service });
    await expect(run()).rejects.toMatchObject({
      message: expect.stringContaining('it owns audit_event'),
      hint: expect.stringContaining(`REASSIGN OWNED BY ${service.user} TO "proctor";`),
    });
    await query(database.url, `reassign owned by ${service.user} to proctor`);
    await query(database.url, 'grant delete on audit_event to public');
    await expect(run()).rejects.toMatchObject({
      hint: expect.stringMatching(/REVOKE .* ON audit_event FROM PUBLIC/),
    });
    await query(database.url, 'revoke delete on audit_event from public');
    await query(database.url, 'grant update (actor) on audit_event to public');
    await expect(run()).rejects.toThrow('it can change audit_event');
    await query(database.url, 'revoke update (actor) on audit_event from public');
    await run();
    await expect(query(urlOf(database, service), `update audit_event set actor = 'eve'`)).rejects.toThrow(
      'permission denied',
    );
  });

  it('of two databases of one server at once creates the role once', async () => {
    const databases = await Promise.all([aDatabase(cleanUps), aDatabase(cleanUps)]);
    const service = { user: `svc_${randomBytes(4).toString('hex')}`, password: 'x' };
    await cleanUps.add(async () => {
      for (const { url } of databases) await query(url, `drop owned by ${service.user}`);
      await query(testPostgresUrl(), `drop role ${service.user}`);
    });
    await Promise.all(databases.map(({ url }) => migrate({ connectionString: url, service })));
    for (const database of databases) expect(await warningsOf(urlOf(database, service))).toEqual([]);
  });

  it('does not hand the password itself to the server', async () => {
    const database = await aDatabase(cleanUps);
    const service = { user: `svc_${randomBytes(4).toString('hex')}`, password: 'pass word' };
    await cleanUps.add(async () => {
      await query(database.url, `drop owned by ${service.user}`);
      await query(testPostgresUrl(), `drop role ${service.user}`);
    });
    await migrate({ connectionString: database.url, service });
    const [row] = await query<{ secret: string }>(
      testPostgresUrl(),
      `select rolpassword as secret from pg_authid where rolname = $1`,
      [service.user],
    );
    expect(row?.secret).toMatch(/^SCRAM-SHA-256\$4096:/);
    expect(await query(urlOf(database, service), 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testServiceRole } from '../../scripts/lib/test-servers.mjs';
import { CleanUps } from '../support/clean-ups.js';
import { aDatabase, warningsOf } from '../support/role-rights.js';
import { query, serviceUrl, type TestDatabase } from '../support/servers.js';
import { openDatabase } from '../support/stores.js';

const cleanUps = new CleanUps();
afterAll(() => cleanUps.run());

describe('the role of the services', () => {
  let database: TestDatabase;
  let service: string;
  beforeAll(async () => {
    database = await aDatabase(cleanUps);
    service = serviceUrl(database.url);
    await query(
      service,
      `insert into audit_event (actor, action, subject, allowed) values ('ada', 'b', 'c', true)`,
    );
  });

  it.each([
    ['switch off the trigger', 'alter table audit_event disable trigger audit_event_append_only'],
    ['switch off all triggers', 'alter table audit_event disable trigger all'],
    ['drop the trigger', 'drop trigger audit_event_append_only on audit_event'],
    [
      'replace the function of the trigger',
      `create or replace function refuse_change_of_audit() returns trigger language plpgsql as 'begin return null; end'`,
    ],
    [
      'add a trigger that drops new rows',
      `create trigger t before insert on audit_event for each row execute function refuse_change_of_audit()`,
    ],
    ['add a rule', 'create rule r as on insert to audit_event do instead nothing'],
    ['play a replica, for which triggers do not fire', 'set session_replication_role = replica'],
    ['change it', `update audit_event set actor = 'eve'`],
    ['change one column', `update audit_event set details = '{}'`],
    [
      'change it by an upsert',
      `insert into audit_event (id, actor, action, subject, allowed) select id, 'eve', 'b', 'c', true from audit_event on conflict (id) do update set actor = 'eve'`,
    ],
    ['remove from it', 'delete from audit_event'],
    ['empty it', 'truncate audit_event'],
    ['drop it', 'drop table audit_event cascade'],
    ['rename it', 'alter table audit_event rename to aside'],
    ['take it over', `alter table audit_event owner to ${testServiceRole.user}`],
    ['inherit from it', 'create table heir () inherits (audit_event)'],
    ['set the numbers of its rows back', `select setval(pg_get_serial_sequence('audit_event', 'id'), 1)`],
    ['become the owner', 'set role proctor'],
    ['sign the session over', 'set session authorization proctor'],
    ['create a table', 'create table mine (a int)'],
    ['create a function', `create function mine() returns int language sql as 'select 1'`],
    ['create a schema', 'create schema mine'],
    ['create a role', 'create role mine'],
    ['create a database', 'create database mine'],
    ['make itself a superuser', `alter role ${testServiceRole.user} superuser`],
    ['read files of the server', `select pg_read_file('/etc/passwd')`],
    ['run programs on the server', `copy audit_event to program 'cat'`],
    ['read passwords', 'select rolpassword from pg_authid'],
    ['drop a table of logs', 'drop table execution_log_default'],
    ['empty a table of logs', 'truncate execution_log'],
    ['forge the history of migrations', 'update _prisma_migrations set finished_at = null'],
    ['drop the database', 'drop database if exists proctor_test_template'],
  ])('cannot %s', async (_what, statement) => {
    await expect(query(service, statement)).rejects.toThrow(
      /permission denied|must be (owner|superuser)|must be a member|must be able to SET ROLE|owner of database/,
    );
    expect(await query(database.url, 'select actor from audit_event')).toEqual([{ actor: 'ada' }]);
  });

  it('gives itself no rights by a grant, which Postgres answers with a warning', async () => {
    await query(service, `grant all on audit_event to ${testServiceRole.user}`);
    await expect(query(service, 'delete from audit_event')).rejects.toThrow('permission denied');
    expect(await warningsOf(service)).toEqual([]);
  });

  it('cannot make functions of the owner drop or create anything else', async () => {
    await expect(query(service, 'select drop_log_partition(0)')).rejects.toThrow('expected 1 day or more');
    await expect(query(service, 'select drop_log_partition(-9000)')).rejects.toThrow(
      'expected 1 day or more',
    );
    await expect(query(service, 'select drop_log_partition(null)')).rejects.toThrow('expected 1 day or more');
    await expect(query(service, 'select ensure_log_partitions(100000)')).rejects.toThrow('0 to 104 weeks');
    expect(await query(service, 'select drop_log_partition(1) as name')).toEqual([{ name: null }]);
  });

  it('cannot put objects of its own in their way', async () => {
    const session = openDatabase(service, 1);
    try {
      await session.client.$executeRawUnsafe(
        'create temp table execution_log (execution_id bigint) partition by range (execution_id)',
      );
      await session.client.$executeRawUnsafe(
        'create temp table execution_log_w00001 partition of execution_log for values from (0) to (1)',
      );
      await session.client.$executeRawUnsafe('set search_path = pg_temp, public');
      const rows = await session.client.$queryRawUnsafe(
        'select drop_log_partition(1) as name, ensure_log_partitions(8) as created',
      );
      expect(rows).toEqual([{ name: null, created: 0 }]);
    } finally {
      await session.close();
    }
  });

  it('makes partitions that its owner owns and it can use', async () => {
    const [row] = await query<{ made: number }>(service, 'select ensure_log_partitions(10) as made');
    expect(row?.made).toBeGreaterThan(0);
    const owners = await query(
      database.url,
      `select distinct relowner::regrole::text as owner from pg_class where relname ~ '^execution_log_w'`,
    );
    expect(owners).toEqual([{ owner: 'proctor' }]);
    const [newest] = await query<{ name: string }>(
      database.url,
      `select max(relname) as name from pg_class where relname ~ '^execution_log_w\\d+$'`,
    );
    expect(await query(service, `select * from ${newest!.name}`)).toEqual([]);
  });

  it('is not warned of, unlike an owner and a superuser', async () => {
    expect(await warningsOf(service)).toEqual([]);
    expect(await warningsOf(database.url)).toEqual([
      expect.stringMatching(
        /^The Postgres role proctor may do more .*: it is a superuser\. .*Database roles/,
      ),
    ]);
  });
});

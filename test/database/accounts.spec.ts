import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  AccountsStore,
  AuditStore,
  readInstallationId,
  SecretBox,
  SecretsStore,
  waitForInstallation,
  waitForPodRules,
} from '@app/database';
import { projectDir } from '../../scripts/lib/project.mjs';
import { createDatabase, query } from '../support/servers.js';
import { setUpStores } from '../support/set-up-stores.js';
import { openDatabase, randomName } from '../support/stores.js';

const stores = setUpStores();

describe('accounts', () => {
  let accounts: AccountsStore;
  beforeAll(() => {
    accounts = new AccountsStore(stores.database);
  });

  it('get one first admin when several processes start at once, each with its own address', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        accounts.createFirstAdmin(`admin-${i % 2}@example.org`, ['proctor_admin', 'ops', 'ops'], null),
      ),
    );
    const made = tokens.filter((token) => token !== null);
    expect(made).toHaveLength(1);
    expect(await stores.query('select email from account')).toHaveLength(1);
    const admin = await accounts.authenticate(null, made[0] ?? '');
    expect({ ...admin, groups: [...(admin?.groups ?? [])].sort() }).toMatchObject({
      active: true,
      groups: ['ops', 'proctor_admin'],
    });
    expect(await accounts.createFirstAdmin('admin-9@example.org', [], null)).toBeNull();
  });

  async function newAccount() {
    const email = `${randomName()}@example.org`;
    const token = await accounts.createAccount({ email, name: 'Ada', groups: ['a', 'b'] }, 'laptop');
    if (token === null) throw new Error('the address is taken');
    const set = (columns: string) =>
      stores.query(`update access_token set ${columns} where email = $1`, [email]);
    return { email, token, set };
  }

  it('are found by email and token, or by token alone', async () => {
    const { email, token } = await newAccount();
    expect(await accounts.authenticate(email, token)).toMatchObject({ email, name: 'Ada', active: true });
    expect(await accounts.authenticate(null, token)).toMatchObject({ email });
    expect(await accounts.authenticate('other@example.org', token)).toBeNull();
    expect(await accounts.authenticate(email, `${token}x`)).toBeNull();
    expect(await accounts.authenticate(email, '')).toBeNull();
  });

  it('reject an expired or revoked token', async () => {
    const expired = await newAccount();
    await expired.set(`expires_at = now() - interval '1 second'`);
    expect(await accounts.authenticate(expired.email, expired.token)).toBeNull();
    await expired.set(`expires_at = now() + interval '1 hour'`);
    expect(await accounts.authenticate(expired.email, expired.token)).not.toBeNull();
    await expired.set('revoked_at = now()');
    expect(await accounts.authenticate(expired.email, expired.token)).toBeNull();
  });

  it('are never created twice, and store only the hash of a token', async () => {
    const { email, token } = await newAccount();
    expect(await accounts.createAccount({ email, name: 'Eve', groups: ['admin'] }, 'x')).toBeNull();
    expect((await accounts.authenticate(email, token))?.name).toBe('Ada');
    expect(
      await stores.query(`select 1 from access_token t where t::text like '%' || $1 || '%'`, [token]),
    ).toEqual([]);
  });

  it('are one for each email, also where Postgres folds no letters outside ASCII', async () => {
    const name = randomName();
    const token = await accounts.createAccount(
      { email: `ÄNNE-${name}@example.org`, name: '', groups: [] },
      'x',
    );
    expect(
      await accounts.createAccount({ email: `änne-${name}@Example.org`, name: '', groups: [] }, 'y'),
    ).toBeNull();
    expect(await accounts.authenticate(`änne-${name}@example.org`, token ?? '')).toMatchObject({
      email: `ÄNNE-${name}@example.org`,
    });
  });

  it('record the use of a token once a minute', async () => {
    const { email, token, set } = await newAccount();
    const lastUse = async () =>
      (
        await stores.query<{ at: Date | null }>(
          'select last_used_at as at from access_token where email = $1',
          [email],
        )
      )[0]?.at;
    await accounts.recordTokenUse(token);
    const first = await lastUse();
    expect(first).toBeInstanceOf(Date);
    await accounts.recordTokenUse(token);
    expect(await lastUse()).toEqual(first);
    await set(`last_used_at = now() - interval '2 minutes'`);
    await accounts.recordTokenUse(token);
    expect((await lastUse())?.getTime()).toBeGreaterThanOrEqual(first?.getTime() ?? Infinity);
  });
});

describe('secrets', () => {
  const keep = (key = randomBytes(32)) => new SecretsStore(stores.database, new SecretBox(key));

  it('are read back unchanged, and replace only the secret of the same name', async () => {
    const key = randomBytes(32);
    const proc = randomName();
    await keep(key).set(proc, { A: 'first value ☃', B: '' }, 'ada');
    await keep(key).set(proc, { B: 'second value' }, 'bob');
    expect(await keep(key).read(proc)).toEqual({ A: 'first value ☃', B: 'second value' });
    expect(await keep(key).read('another')).toEqual({});
    expect(await keep(key).listNames([proc, 'another'])).toEqual(new Map([[proc, ['A', 'B']]]));
  });

  it('name the key that is missing', async () => {
    const proc = randomName();
    const key = randomBytes(32);
    await keep(key).set(proc, { A: 'some value' }, 'ada');
    await expect(keep().read(proc)).rejects.toThrow(new SecretBox(key).keyId);
  });

  it('cannot be moved to another proc or name', async () => {
    const [from, to] = [randomName(), randomName()];
    const store = keep();
    await store.set(from, { A: 'value of A', B: 'value of B' }, 'ada');
    await stores.query(`update proc_secret set name = 'C' where proc_name = $1 and name = 'A'`, [from]);
    await expect(store.read(from)).rejects.toThrow();
    await stores.query(`delete from proc_secret where proc_name = $1 and name = 'C'`, [from]);
    await stores.query('update proc_secret set proc_name = $2 where proc_name = $1', [from, to]);
    await expect(store.read(to)).rejects.toThrow();
  });

  it('are not stored in plain text', async () => {
    const proc = randomName();
    await keep().set(proc, { A: 'plain text' }, 'ada');
    const rows = await stores.query(
      `select 1 from proc_secret where position('plain text'::bytea in ciphertext) > 0`,
    );
    expect(rows).toEqual([]);
  });
});

describe('the audit trail', () => {
  it('accepts entries and refuses every change, even of no row', async () => {
    const audit = new AuditStore(stores.database);
    const refused = {
      ...{ actor: 'ada', action: 'execution.cancel', subject: '1' },
      ...{ allowed: false, address: '::1', details: { reason: 'x' } },
    };
    await audit.append(refused);
    await audit.append({ actor: 'ada', action: 'proc.register', subject: 'p', allowed: true, address: null });
    for (const change of [
      `update audit_event set actor = 'eve'`,
      'delete from audit_event',
      'delete from audit_event where false',
      'truncate audit_event',
      'truncate audit_event cascade',
    ]) {
      await expect(stores.query(change)).rejects.toThrow('append-only');
    }
    expect(
      await stores.query(
        'select actor, action, subject, allowed, address, details from audit_event order by id',
      ),
    ).toEqual([
      refused,
      { actor: 'ada', action: 'proc.register', subject: 'p', allowed: true, address: null, details: {} },
    ]);
  });
});

describe('the installation', () => {
  it('has one id for every process and every start', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => readInstallationId(stores.database)));
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}$/);
    expect(await readInstallationId(stores.database)).toBe(ids[0]);
  });

  it('gets a new id after the database was copied', async () => {
    const copied = await readInstallationId(stores.database);
    await stores.query(`update installation set database_identity = 'of the original'`);
    const own = await readInstallationId(stores.database);
    expect(own).not.toBe(copied);
    expect(await readInstallationId(stores.database)).toBe(own);
  });

  it('is awaited while the database is not migrated, until the signal aborts', async () => {
    const empty = await createDatabase({ migrated: false });
    const database = openDatabase(empty.url);
    try {
      const stop = new AbortController();
      const reason = new Error('stopped');
      const told: string[] = [];
      const waiting = waitForInstallation(database, stop.signal, (what) => {
        told.push(what);
        stop.abort(reason);
      });
      await expect(waiting).rejects.toBe(reason);
      expect(told).toEqual([
        expect.stringMatching(/^The database is not migrated: .* `npm run db:migrate`\. /),
      ]);
    } finally {
      await database.close();
      await empty.drop();
    }
  });

  it('is awaited while the newest migration is missing or failed, and said once', async () => {
    const stop = new AbortController();
    const told: string[] = [];
    const newest = `migration_name = (select max(migration_name) from _prisma_migrations)`;
    await stores.query(`update _prisma_migrations set finished_at = null where ${newest}`);
    const waiting = waitForInstallation(stores.database, stop.signal, (what) => told.push(what));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await stores.query(`update _prisma_migrations set finished_at = now() where ${newest}`);
    expect(await waiting).toBe(await readInstallationId(stores.database));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('npm run db:migrate');
  });

  it('starts at Pod Security level restricted, unless it is older than the levels', async () => {
    const signal = new AbortController().signal;
    const fail = (what: string) => {
      throw new Error(what);
    };
    const level = async () => (await waitForPodRules(stores.database, signal, fail)).podSecurity;
    await readInstallationId(stores.database);
    expect(await level()).toBe('restricted');
    await stores.query('alter table installation drop column pod_security');
    const migration = join(projectDir, 'prisma/migrations/20261130010000_pod_security/migration.sql');
    await stores.query(readFileSync(migration, 'utf8'));
    expect(await level()).toBe('baseline');
  });

  it('keeps the annotations with a prefix that procs and pod templates had before there was a list', async () => {
    const signal = new AbortController().signal;
    const fail = (what: string) => {
      throw new Error(what);
    };
    const kept = async () => (await waitForPodRules(stores.database, signal, fail)).keptAnnotations;
    await readInstallationId(stores.database);
    expect(await kept()).toEqual([]);
    const pods = [
      {},
      { annotations: null },
      { annotations: { team: 'a', 'b.io/x': '1' } },
      { annotations: { 'b.io/x': '2' } },
    ];
    for (const [n, pod] of pods.entries()) {
      await stores.query(
        `insert into proc (name, description, image_name, args, secrets, authorized_groups, author, contributors, organization, pod)
         values ($1, '', 'i', '[]', '[]', '{}', '', '', '', $2)`,
        [`with-pod-${n}`, pod],
      );
    }
    await stores.query(`insert into pod_template (name, template, updated_by) values ('t', $1, 'a@b.c')`, [
      { metadata: { annotations: { 'c.io/x': '1' }, labels: { 'a.io/x': '1', tier: 'a' } }, spec: {} },
    ]);
    await stores.query('alter table installation drop column kept_annotations');
    await stores.query('alter table proc drop column undeclared_arg_names');
    const name = readdirSync(join(projectDir, 'prisma/migrations')).find((each) =>
      each.endsWith('what_callers_may_add'),
    );
    await stores.query(
      readFileSync(join(projectDir, 'prisma/migrations', String(name), 'migration.sql'), 'utf8'),
    );
    expect(await kept()).toEqual(['a.io/x', 'b.io/x', 'c.io/x']);
  });

  it('can be read by a role without superuser rights', async () => {
    const role = randomName();
    await query(stores.url, `create role ${role} login password 'x'`);
    await query(stores.url, `grant all on all tables in schema public to ${role}`);
    const url = Object.assign(new URL(stores.url), { username: role, password: 'x' });
    const database = openDatabase(url.href);
    try {
      expect(await readInstallationId(database)).toBe(await readInstallationId(stores.database));
    } finally {
      await database.close();
      await query(stores.url, `drop owned by ${role}; drop role ${role}`);
    }
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  AuditKeyStore,
  AuditSealsStore,
  AuditVerifyStore,
  SecretBox,
  type AuditProblem,
  type ChainHead,
} from '@app/database';
import pg from 'pg';
import { openStores, type Stores } from '../support/stores.js';

const BOX = new SecretBox(Buffer.alloc(32, 7));

let stores: Stores;
let seals: AuditSealsStore;
let key: Uint8Array;
let head: ChainHead | null;

beforeEach(async () => {
  stores = await openStores();
  seals = new AuditSealsStore(stores.database);
  key = await new AuditKeyStore(stores.database, BOX).readOrCreate();
  head = null;
}, 30_000);
afterEach(() => stores.close());

const insertRows = (count: number) =>
  stores.query(
    `insert into audit_event (actor, action, subject, allowed, address, details)
     select 'ada', 'act', n::text, n % 2 = 0, case when n % 3 = 0 then '::1' end, jsonb_build_object('b', n, 'a', 'x y')
     from generate_series(1, ${count}) n`,
  );

/** Seals until no row is left. */
async function seal(limit = 100): Promise<void> {
  for (;;) {
    const batch = await seals.sealNext(key, limit, head);
    if (!batch) throw new Error('another process is sealing');
    head = batch.head;
    if (batch.count < limit) return;
  }
}

/** Does what only the owner of the tables can: he disables the triggers. */
const asOwner = (sql: string) =>
  stores.query(
    `begin; alter table audit_event disable trigger all; alter table audit_seal disable trigger all; ${sql};
     alter table audit_event enable trigger all; alter table audit_seal enable trigger all; commit`,
  );

async function problems(links = 3, rows = 4): Promise<AuditProblem[]> {
  const store = new AuditVerifyStore(stores.database);
  const found: AuditProblem[] = [];
  for (let n: number | null = null; ;) {
    const checked = await store.checkLinks(key, n, links);
    found.push(...checked.problems);
    n = checked.last?.n ?? n;
    if (checked.count < links) break;
  }
  for (let id: bigint | null = null; ;) {
    const checked = await store.checkRows(id, rows);
    found.push(...checked.problems);
    id = checked.lastId;
    if (checked.count < rows) break;
  }
  return found;
}

const found = async () => (await problems()).map(({ kind, n, id }) => ({ kind, n, id }));

describe('the chain of seals', () => {
  it('has a link for each row, in the order of sealing, and nothing wrong', async () => {
    await insertRows(7);
    await seal(3);
    await insertRows(2);
    await seal(3);
    expect(await stores.query('select n::int, audit_id::int as id from audit_seal order by n')).toEqual(
      Array.from({ length: 9 }, (_, index) => ({ n: index + 1, id: index + 1 })),
    );
    expect(head?.n).toBe(9);
    expect(await problems()).toEqual([]);
    expect(await new AuditVerifyStore(stores.database).checkHead(head!)).toBeNull();
  });

  it('refuses every change of a seal, even of none', async () => {
    await insertRows(1);
    await seal();
    for (const change of [
      `update audit_seal set hash = row_mac`,
      'delete from audit_seal where false',
      'truncate audit_seal',
    ]) {
      await expect(stores.query(change)).rejects.toThrow('audit_seal is append-only');
    }
  });

  it.each<[string, string, { kind: string; n?: number; id?: number }[]]>([
    [
      'a changed actor',
      `update audit_event set actor = 'eve' where id = 5`,
      [{ kind: 'changed', n: 5, id: 5 }],
    ],
    [
      'a changed time',
      `update audit_event set at = at + '1 ms' where id = 5`,
      [{ kind: 'changed', n: 5, id: 5 }],
    ],
    [
      'a refusal that became allowed',
      `update audit_event set allowed = not allowed where id = 5`,
      [{ kind: 'changed', n: 5, id: 5 }],
    ],
    [
      'an address of null that became empty',
      `update audit_event set address = '' where id = 5`,
      [{ kind: 'changed', n: 5, id: 5 }],
    ],
    [
      'text moved from one field to the next',
      `update audit_event set actor = 'ad', action = 'aact' where id = 5`,
      [{ kind: 'changed', n: 5, id: 5 }],
    ],
    [
      'a changed space in a value',
      `update audit_event set details = '{"b": 5, "a": "x  y"}' where id = 5`,
      [{ kind: 'changed', n: 5, id: 5 }],
    ],
    [
      'two changed rows side by side',
      `update audit_event set actor = 'eve' where id in (5, 6)`,
      [
        { kind: 'changed', n: 5, id: 5 },
        { kind: 'changed', n: 6, id: 6 },
      ],
    ],
    ['a removed row', `delete from audit_event where id = 5`, [{ kind: 'removed', n: 5, id: 5 }]],
    [
      'the removal of the newest row',
      `delete from audit_event where id = 9`,
      [{ kind: 'removed', n: 9, id: 9 }],
    ],
    [
      'two rows that changed places',
      `update audit_event set id = case id when 3 then -7 else -3 end where id in (3, 7); update audit_event set id = -id where id < 0`,
      [
        { kind: 'changed', n: 3, id: 3 },
        { kind: 'changed', n: 7, id: 7 },
      ],
    ],
    [
      'two seals that changed places',
      `update audit_seal set n = case n when 3 then -7 else -3 end where n in (3, 7); update audit_seal set n = -n where n < 0`,
      [3, 4, 7, 8].map((n) => ({ kind: 'chain', n, id: n === 3 ? 7 : n === 7 ? 3 : n })),
    ],
    [
      'a changed hash',
      `update audit_seal set hash = row_mac where n = 5`,
      [
        { kind: 'chain', n: 5, id: 5 },
        { kind: 'chain', n: 6, id: 6 },
      ],
    ],
    [
      'a row that was changed with the code in its seal',
      `update audit_event set actor = 'eve' where id = 5; update audit_seal set row_mac = sha256('eve') where n = 5`,
      [{ kind: 'chain', n: 5, id: 5 }],
    ],
    [
      'a changed time of sealing',
      `update audit_seal set sealed_at = sealed_at - interval '1 day' where n = 5`,
      [{ kind: 'chain', n: 5, id: 5 }],
    ],
    [
      'a removed row and its seal',
      `delete from audit_event where id = 5; delete from audit_seal where n = 5`,
      [{ kind: 'chain', n: 6 }],
    ],
    [
      'a removed seal',
      `delete from audit_seal where n = 5`,
      [
        { kind: 'chain', n: 6 },
        { kind: 'inserted', id: 5 },
      ],
    ],
    [
      'the removal of the first seals',
      `delete from audit_seal where n < 3; delete from audit_event where id < 3`,
      [{ kind: 'chain', n: 3 }],
    ],
    [
      'a row before the first one',
      `insert into audit_event (id, actor, action, subject, allowed) values (-5, 'eve', 'act', 'x', true)`,
      [{ kind: 'inserted', id: -5 }],
    ],
    [
      'a row with a seal outside the chain',
      `insert into audit_event (id, actor, action, subject, allowed) values (-5, 'eve', 'act', 'x', true);
       insert into audit_seal (n, audit_id, row_mac, hash, settled_id, sealed_at) values (-1, -5, sha256('1'), sha256('2'), 0, now())`,
      [{ kind: 'chain', n: -1 }],
    ],
    [
      'a seal that somebody without the key made',
      `insert into audit_seal (n, audit_id, row_mac, hash, settled_id, sealed_at) values (10, 10, sha256('1'), sha256('2'), 9, now())`,
      [{ kind: 'chain', n: 10, id: 10 }],
    ],
  ])('shows %s', async (_, change, expected) => {
    await insertRows(9);
    await seal();
    await asOwner(change);
    expect(await found()).toEqual(expected.map(({ kind, n, id }) => ({ kind, n, id })));
  });

  it('shows a row that was inserted among sealed ones, and never seals it', async () => {
    await insertRows(4);
    // A transaction that was rolled back leaves a gap.
    await stores.query(`select nextval('audit_event_id_seq')`);
    await insertRows(4);
    await seal();
    await stores.query(
      `insert into audit_event (id, actor, action, subject, allowed) values (5, 'eve', 'act', 'x', true)`,
    );
    await insertRows(1);
    await seal();
    expect(await found()).toEqual([{ kind: 'inserted', n: undefined, id: 5 }]);
  });

  it('shows a cut tail to whoever has written a head down, also when it was sealed anew', async () => {
    await insertRows(9);
    await seal();
    const noted = head!;
    await asOwner('delete from audit_seal where n > 6; delete from audit_event where id > 6');
    const store = new AuditVerifyStore(stores.database);
    expect(await store.checkHead(noted)).toMatchObject({ kind: 'head', n: 9 });
    expect(await problems()).toEqual([]);
    await insertRows(3);
    await seal();
    expect(await problems()).toEqual([]);
    expect(await store.checkHead(noted)).toMatchObject({ kind: 'head', n: 9 });
  });

  it('is not continued behind a seal that somebody without the key made, which says that every row is sealed', async () => {
    await insertRows(3);
    await seal();
    await stores.query(
      `insert into audit_seal (n, audit_id, row_mac, hash, settled_id, sealed_at)
       values (4, 4, sha256('1'), sha256('2'), 1000000, now())`,
    );
    await insertRows(1);
    await expect(seal()).rejects.toThrow('The newest seal, 4, does not continue the chain');
    await asOwner('delete from audit_seal where n = 4');
    await seal();
    expect(await problems()).toEqual([]);
  });

  it('tells a running sealer at once that the tail was cut', async () => {
    await insertRows(9);
    await seal();
    await asOwner('delete from audit_seal where n > 6');
    expect(await seals.sealNext(key, 100, head)).toMatchObject({ knownHash: null });
  });

  it('shows rows that wait for too long, and counts the recent ones', async () => {
    await stores.query(
      `insert into audit_event (at, actor, action, subject, allowed)
       select now() - interval '11 minutes' * n, 'ada', 'act', 'x', true from generate_series(0, 1) n`,
    );
    const store = new AuditVerifyStore(stores.database);
    expect(await store.checkRows(null, 10)).toMatchObject({
      waiting: 1,
      problems: [{ kind: 'unsealed', id: 2 }],
    });
    expect(await seals.countUnsealed()).toMatchObject({ count: 2 });
    expect((await seals.countUnsealed()).oldestSeconds).toBeGreaterThan(600);
    await seal();
    expect(await seals.countUnsealed()).toEqual({ count: 0, oldestSeconds: 0 });
  });

  it('is valid for details of every kind, however Postgres lays them out', async () => {
    const values = [
      '{"a": "quote \\" backslash \\\\ line\\n tab\\t nul-like \\u0001 é 😀 , : {"}',
      '{"n": 12345678901234567890123, "m": 1.000, "e": 1e300}',
      '{"b": [1, 2, {"c": null}], "": true}',
    ];
    for (const details of values) {
      await stores.query(
        `insert into audit_event (actor, action, subject, allowed, details) values ('ada', 'act', 'x', true, $1::jsonb)`,
        [details],
      );
    }
    await seal();
    expect(await problems()).toEqual([]);
    await asOwner(
      `update audit_event set details = '{"n": 12345678901234567890124, "m": 1.000, "e": 1e300}' where id = 2`,
    );
    expect(await found()).toEqual([{ kind: 'changed', n: 2, id: 2 }]);
  });
});

describe('rows that commit late', () => {
  const clients: pg.Client[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.end();
  });

  async function begin(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: stores.url });
    await client.connect();
    clients.push(client);
    await client.query('begin');
    return client;
  }
  const insertIn = (client: pg.Client) =>
    client.query(
      `insert into audit_event (actor, action, subject, allowed) values ('late', 'act', 'x', true)`,
    );

  it('are sealed when they are there, behind higher ids', async () => {
    const [late, later, lost] = [await begin(), await begin(), await begin()];
    await insertIn(late);
    await insertIn(lost);
    await insertRows(3);
    await insertIn(later);
    for (let round = 0; round < 3; round++) {
      await seal(2);
      await insertRows(2);
    }
    await late.query('commit');
    await seal(2);
    await lost.query('rollback');
    await insertRows(1);
    await seal(2);
    await later.query('commit');
    await seal(2);
    const rows = await stores.query<{ id: number }>('select audit_id::int as id from audit_seal order by n');
    const ids = rows.map(({ id }) => id);
    expect(ids).toHaveLength(12);
    expect(ids.indexOf(1)).toBeGreaterThan(ids.indexOf(9));
    expect(ids.at(-1)).toBe(6);
    expect(await problems()).toEqual([]);
  });

  it('do not make the sealer read all rows again once they are settled', async () => {
    const late = await begin();
    await insertIn(late);
    await insertRows(50);
    await seal();
    const settled = async () =>
      (
        await stores.query<{ id: number }>(
          'select settled_id::int as id from audit_seal order by n desc limit 1',
        )
      )[0]?.id;
    expect(await settled()).toBe(0);
    await late.query('commit');
    await insertRows(1);
    await seal();
    expect(await settled()).toBe(52);
  });

  it('are sealed by a process that starts while they are open', async () => {
    const late = await begin();
    await insertIn(late);
    await insertRows(5);
    await seal();
    seals = new AuditSealsStore(stores.database);
    await seal();
    await insertRows(5);
    await seal();
    await late.query('commit');
    seals = new AuditSealsStore(stores.database);
    await seal();
    expect(await seals.countUnsealed()).toMatchObject({ count: 0 });
    expect(await problems()).toEqual([]);
  });
});

describe('several sealers', () => {
  it('make one chain, while rows are written', async () => {
    const sealers = Array.from({ length: 4 }, () => new AuditSealsStore(stores.database));
    let isWriting = true;
    const writing = (async () => {
      for (let round = 0; round < 30; round++)
        await Promise.all([insertRows(20), insertRows(20), insertRows(20)]);
      isWriting = false;
    })();
    const sealing = sealers.map(async (sealer) => {
      for (;;) {
        const wasWriting = isWriting;
        const batch = await sealer.sealNext(key, 50, null);
        if (batch?.count === 0 && !wasWriting) return;
      }
    });
    await Promise.all([writing, ...sealing]);
    const [row] = await stores.query('select count(*)::int as count, max(n)::int as n from audit_seal');
    expect(row).toEqual({ count: 1_800, n: 1_800 });
    expect(await problems(500, 500)).toEqual([]);
  }, 60_000);
});

describe('the key of the chain', () => {
  it('is one, whoever creates it first, and never in the clear', async () => {
    const others = await openStores();
    try {
      const keys = await Promise.all(
        Array.from({ length: 6 }, () => new AuditKeyStore(others.database, BOX).readOrCreate()),
      );
      expect(new Set(keys.map((each) => Buffer.from(each).toString('hex'))).size).toBe(1);
      const [row] = await others.query<{ ciphertext: Buffer }>('select ciphertext from audit_key');
      expect(row?.ciphertext.includes(Buffer.from(keys[0]!).toString('hex'))).toBe(false);
    } finally {
      await others.close();
    }
  });

  it('is not replaced when it is gone, or sealed with another secret key', async () => {
    await insertRows(1);
    await seal();
    const other = new AuditKeyStore(stores.database, new SecretBox(Buffer.alloc(32, 8)));
    await expect(other.readOrCreate()).rejects.toThrow('PROCTOR_SECRET_KEY');
    await stores.query('delete from audit_key');
    await expect(new AuditKeyStore(stores.database, BOX).readOrCreate()).rejects.toThrow(
      'key of its chain is gone',
    );
  });

  it('is the same when it was sealed again with another secret key', async () => {
    await insertRows(3);
    await seal();
    const place = { procName: '', name: 'key of the audit chain' };
    const next = new SecretBox(Buffer.alloc(32, 8));
    const { ciphertext, keyId } = next.seal(Buffer.from(key).toString('hex'), place);
    await stores.query('update audit_key set ciphertext = $1, key_id = $2', [Buffer.from(ciphertext), keyId]);
    key = await new AuditKeyStore(stores.database, next).readOrCreate();
    await insertRows(1);
    await seal();
    expect(await problems()).toEqual([]);
  });
});

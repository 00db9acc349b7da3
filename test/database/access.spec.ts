import { describe, expect, it } from '@jest/globals';
import { AuditStore, type NewToken } from '@app/database';
import { FULL_SCOPE } from '@app/domain';
import { setUpStores } from '../support/set-up-stores.js';
import { aProc, randomName } from '../support/stores.js';

const stores = setUpStores();

const anEmail = () => `${randomName()}@example.org`;

async function anAccount(changes: { groups?: string[]; isService?: boolean } = {}): Promise<string> {
  const account = await stores.accounts.create({
    email: anEmail(),
    name: 'Ada',
    isService: false,
    groups: [],
    ...changes,
  });
  if (!account) throw new Error('the address is taken');
  return account.email;
}

describe('procs', () => {
  it('are refused with a conflict if their pod template was removed after it was checked', async () => {
    const proc = aProc(randomName());
    const registering = stores.procs.register([{ ...proc, pod: { ...proc.pod, template: 'gone' } }]);
    await expect(registering).rejects.toMatchObject({
      code: 'conflict',
      message: 'A pod template (gone) has just been removed.',
    });
  });
});

describe('accounts', () => {
  it('are created together with missing groups, and read back unchanged', async () => {
    const [email, one, two] = [anEmail(), ...[randomName(), randomName()].sort()];
    const given = { email, name: 'Ada', isService: true, groups: [two ?? '', one ?? '', one ?? ''] };
    const account = await stores.accounts.create(given);
    expect(account).toMatchObject({ ...given, groups: [one, two], isActive: true });
    expect(await stores.accounts.find(email)).toEqual(account);
    expect(await stores.accounts.find(email.toUpperCase())).toEqual(account);
    expect(await stores.accounts.create({ ...given, name: 'Eve', email: email.toUpperCase() })).toBeNull();
    expect(await stores.accounts.find(email)).toEqual(account);
  });

  it('are created once by concurrent requests, in any case of the email', async () => {
    const email = anEmail();
    const made = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        stores.accounts.create({
          email: i % 2 === 0 ? email : email.toUpperCase(),
          name: '',
          isService: false,
          groups: ['shared', randomName()],
        }),
      ),
    );
    expect(made.filter((account) => account !== null)).toHaveLength(1);
  });

  it('are listed page by page, all or by group', async () => {
    const group = randomName();
    const emails = [await anAccount({ groups: [group] }), await anAccount({ groups: [group, 'x'] })].sort();
    await anAccount();
    const listed = await stores.accounts.list({ group, after: null, limit: 10 });
    expect(listed.map(({ email }) => email)).toEqual(emails);
    expect(listed[0]?.groups).toContain(group);
    expect(await stores.accounts.list({ group, after: emails[1] ?? '', limit: 10 })).toEqual([]);
    const found: string[] = [];
    for (;;) {
      const page = await stores.accounts.list({ after: found.at(-1) ?? null, limit: 3 });
      found.push(...page.map(({ email }) => email));
      if (page.length < 3) break;
    }
    const [count] = await stores.query<{ n: number }>('select count(*)::int as n from account');
    expect(found).toHaveLength(count?.n ?? 0);
    expect(new Set(found).size).toBe(found.length);
  });

  it('change only in the given fields, and lose memberships that are not given', async () => {
    const [a, b, c] = [randomName(), randomName(), randomName()].sort();
    const email = await anAccount({ groups: [a ?? '', b ?? ''] });
    expect(await stores.accounts.update(email, { name: 'Bea' }, [])).toMatchObject({
      account: { name: 'Bea', isActive: true, groups: [a, b] },
    });
    expect(
      await stores.accounts.update(email, { active: false, groups: [b ?? '', c ?? ''] }, []),
    ).toMatchObject({
      account: { name: 'Bea', isActive: false, groups: [b, c] },
    });
    expect(await stores.accounts.update('none', { name: 'x' }, [])).toEqual({ kind: 'not_found' });
  });

  it('are removed with their tokens', async () => {
    const email = await anAccount();
    const made = await makeToken(email);
    expect(await stores.accounts.remove(email, [])).toBe('removed');
    expect(await stores.accounts.remove(email, [])).toBe('not_found');
    expect(await stores.tokens.find(made.record.id ?? '')).toBeNull();
    expect(await stores.accounts.authenticate(null, made.token ?? '')).toBeNull();
  });
});

describe('the last admin', () => {
  /** Creates two admin groups with this many accounts in both. */
  async function admins(count: number) {
    const adminGroups = [randomName(), randomName()];
    const emails: string[] = [];
    for (let i = 0; i < count; i++) emails.push(await anAccount({ groups: adminGroups }));
    return { adminGroups, emails, first: emails[0] ?? '', group: adminGroups[0] ?? '' };
  }

  it('cannot be removed, deactivated, or taken out of a group', async () => {
    const { adminGroups, first, group } = await admins(1);
    await anAccount({ groups: adminGroups, isService: true });
    await anAccount({ groups: [group] });
    await stores.accounts.update(await anAccount({ groups: adminGroups }), { active: false }, adminGroups);
    const before = await stores.accounts.find(first);
    expect(await stores.accounts.remove(first, adminGroups)).toBe('last_admin');
    expect(await stores.groups.removeMember(group, first, adminGroups)).toBe('last_admin');
    expect(await stores.accounts.update(first, { active: false }, adminGroups)).toEqual({
      kind: 'last_admin',
    });
    expect(await stores.accounts.update(first, { name: 'x', groups: [group] }, adminGroups)).toEqual({
      kind: 'last_admin',
    });
    expect(await stores.accounts.find(first)).toEqual(before);
    expect((await stores.accounts.update(first, { name: 'x', groups: adminGroups }, adminGroups)).kind).toBe(
      'updated',
    );
  });

  it('does not restrict other accounts', async () => {
    const { adminGroups, emails, group } = await admins(3);
    expect((await stores.accounts.update(emails[0] ?? '', { active: false }, adminGroups)).kind).toBe(
      'updated',
    );
    expect(await stores.groups.removeMember(group, emails[1] ?? '', adminGroups)).toBe('ok');
    expect(await stores.accounts.remove(await anAccount(), adminGroups)).toBe('removed');
    // Without any admin, there is no last one.
    const nobody = [randomName()];
    expect(await stores.accounts.remove(emails[0] ?? '', nobody)).toBe('removed');
    expect(await stores.accounts.remove(emails[1] ?? '', [])).toBe('removed');
  });

  it.each<[string, (email: string, adminGroups: string[]) => Promise<unknown>]>([
    ['removed', (email, adminGroups) => stores.accounts.remove(email, adminGroups)],
    ['deactivated', (email, adminGroups) => stores.accounts.update(email, { active: false }, adminGroups)],
    [
      'taken out of all groups',
      (email, adminGroups) => stores.accounts.update(email, { groups: [] }, adminGroups),
    ],
    [
      'taken out of a group',
      (email, adminGroups) => stores.groups.removeMember(adminGroups[0] ?? '', email, adminGroups),
    ],
  ])('stays when all admins are %s at once', async (_name, takeAway) => {
    const { adminGroups, emails } = await admins(6);
    await Promise.all(emails.map((email) => takeAway(email, adminGroups)));
    const left = (await stores.accounts.list({ group: adminGroups[0] ?? '', after: null, limit: 10 })).filter(
      ({ isActive, groups }) => isActive && adminGroups.every((group) => groups.includes(group)),
    );
    expect(left).toHaveLength(1);
  });
});

describe('groups', () => {
  it('are created once, listed with their members, and removed with the memberships', async () => {
    const [group, email] = [randomName(), await anAccount()];
    expect([
      await stores.groups.create(group, 'what for'),
      await stores.groups.create(group, 'other'),
    ]).toEqual([true, false]);
    expect([
      await stores.groups.addMember(group, email),
      await stores.groups.addMember(group, email),
    ]).toEqual(['ok', 'ok']);
    const listed = await stores.groups.list({ after: null, limit: 1_000 });
    expect(listed).toContainEqual({ name: group, description: 'what for', members: 1 });
    const names = listed.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(1);
    expect((await stores.groups.list({ after: names[0] ?? '', limit: 1 }))[0]?.name).toBe(names[1]);
    expect([await stores.groups.remove(group), await stores.groups.remove(group)]).toEqual([
      'removed',
      'not_found',
    ]);
    expect((await stores.accounts.find(email))?.groups).toEqual([]);
  });

  it('stay while a proc requires them', async () => {
    const [group, name] = [randomName(), randomName()];
    await stores.groups.create(group, '');
    await stores.procs.register([aProc(name, { authorizedGroups: ['x', group] })]);
    expect(await stores.groups.remove(group)).toBe('in_use');
    await stores.procs.remove(name);
    expect(await stores.groups.remove(group)).toBe('removed');
  });

  it('report whether the group or the account is missing', async () => {
    const [group, email] = [randomName(), await anAccount()];
    await stores.groups.create(group, '');
    expect(await stores.groups.addMember('none', email)).toBe('no_group');
    expect(await stores.groups.addMember(group, 'none')).toBe('no_account');
    expect(await stores.groups.removeMember('none', email, [])).toBe('no_group');
    expect(await stores.groups.removeMember(group, 'none', [])).toBe('no_account');
    expect(await stores.groups.removeMember(group, email, [])).toBe('ok');
  });
});

const PLAIN = {
  label: '',
  scope: FULL_SCOPE,
  expiresAt: null,
  parentId: null,
  createdBy: '',
  maxLive: null,
} satisfies Omit<NewToken, 'email'>;

async function makeToken(email: string, options: Partial<NewToken> = {}) {
  const outcome = await stores.tokens.create({ ...PLAIN, email, ...options });
  if (outcome.kind !== 'created') throw new Error(outcome.kind);
  return outcome;
}

describe('tokens', () => {
  it('are shown once, with our prefix, and are valid until they are revoked', async () => {
    const email = await anAccount();
    const made = await makeToken(email, { label: 'ci', createdBy: 'ada' });
    expect(made.token).toMatch(/^proctor_[A-Za-z0-9_-]{43}$/);
    expect(made.record).toMatchObject({
      email,
      label: 'ci',
      createdBy: 'ada',
      expiresAt: null,
      lastUsedAt: null,
      revokedAt: null,
    });
    expect(JSON.stringify(await stores.tokens.list({ after: null, limit: 100 }))).not.toContain(made.token);
    expect(await stores.accounts.authenticate(null, made.token)).toMatchObject({ email });
    expect(await stores.tokens.revoke(made.record.id)).toBe(1);
    const revoked = await stores.tokens.find(made.record.id);
    expect(revoked?.revokedAt).toBeInstanceOf(Date);
    expect(await stores.accounts.authenticate(null, made.token)).toBeNull();
    expect(await stores.tokens.revoke(made.record.id)).toBe(0);
    expect(await stores.tokens.find(made.record.id)).toEqual(revoked);
  });

  it('expire at exactly the requested time', async () => {
    const email = await anAccount();
    const expiresAt = new Date(Date.now() - 1);
    const made = await makeToken(email, { expiresAt });
    expect(made.record.expiresAt).toEqual(expiresAt);
    expect(await stores.accounts.authenticate(null, made.token ?? '')).toBeNull();
  });

  it('keep their scope and procs', async () => {
    const email = await anAccount();
    const scope = { level: 'execute', procs: ['deploy', 'migrate'] } as const;
    const { token, record } = await makeToken(email, { scope });
    expect(record.scope).toEqual(scope);
    const found = await stores.accounts.authenticate(null, token);
    expect(found).toMatchObject({ email, scope, tokenId: record.id });
    const full = await makeToken(email);
    expect(await stores.accounts.authenticate(null, full.token)).toMatchObject({ scope: FULL_SCOPE });
  });

  describe('made with another token', () => {
    /** A token, one that was made with it for another account, and one that was made with that. */
    async function makeLine() {
      const [maker, owner, last] = [await anAccount(), await anAccount(), await anAccount()];
      const parent = await makeToken(maker);
      const child = await makeToken(owner, { parentId: parent.record.id });
      const grandchild = await makeToken(last, { parentId: child.record.id });
      const works = async () =>
        Promise.all(
          [parent, child, grandchild].map(
            async ({ token }) => (await stores.accounts.authenticate(null, token))?.active ?? false,
          ),
        );
      expect(await works()).toEqual([true, true, true]);
      return { maker, owner, parent, child, grandchild, works };
    }

    it('end when it is revoked, but not the one that it was made with', async () => {
      const { parent, child, works } = await makeLine();
      expect(await stores.tokens.revoke(child.record.id)).toBe(2);
      expect(await works()).toEqual([true, false, false]);
      expect(await stores.tokens.revoke(parent.record.id)).toBe(1);
      expect(await works()).toEqual([false, false, false]);
    });

    it('end when it expires', async () => {
      const { parent, works } = await makeLine();
      await stores.query(`update access_token set expires_at = now() - interval '1 second' where id = $1`, [
        parent.record.id,
      ]);
      expect(await works()).toEqual([false, false, false]);
    });

    it('end when its account is removed, and stop while it is disabled', async () => {
      const { maker, grandchild, works } = await makeLine();
      await stores.accounts.update(maker, { active: false }, []);
      expect(await works()).toEqual([false, false, false]);
      await stores.accounts.update(maker, { active: true }, []);
      expect(await works()).toEqual([true, true, true]);
      await stores.accounts.remove(maker, []);
      expect(await works()).toEqual([false, false, false]);
      expect(await stores.tokens.find(grandchild.record.id)).toBeNull();
    });

    it('end even if it was revoked before it was stored', async () => {
      const parent = await makeToken(await anAccount());
      await stores.tokens.revoke(parent.record.id);
      const child = await makeToken(await anAccount(), { parentId: parent.record.id });
      expect(await stores.accounts.authenticate(null, child.token)).toBeNull();
    });
  });

  it('are limited in number, also when they are created at the same time', async () => {
    const email = await anAccount();
    const create = () => stores.tokens.create({ ...PLAIN, email, maxLive: 3 });
    const outcomes = await Promise.all(Array.from({ length: 8 }, create));
    const made = outcomes.flatMap((outcome) => (outcome.kind === 'created' ? [outcome.record.id] : []));
    expect(made).toHaveLength(3);
    expect(await create()).toEqual({ kind: 'too_many' });
    // Neither a revoked nor an expired one counts.
    await stores.tokens.revoke(made[0] ?? '');
    await stores.query(`update access_token set expires_at = now() where id = $1`, [made[1]]);
    expect([await create(), await create(), await create()].map(({ kind }) => kind)).toEqual([
      'created',
      'created',
      'too_many',
    ]);
  });

  it('without our prefix stay valid', async () => {
    const email = await anAccount();
    await makeToken(email);
    await stores.query(`update access_token set token_hash = sha256('old token') where email = $1`, [email]);
    expect(await stores.accounts.authenticate(email, 'old token')).toMatchObject({ email });
  });

  it('are listed newest first, page by page, all or by account', async () => {
    const [email, other] = [await anAccount(), await anAccount()];
    const made: string[] = [];
    for (let i = 0; i < 7; i++) {
      made.unshift((await makeToken(email, { label: `${i}` })).record.id);
    }
    await makeToken(other);
    // Tokens of the same moment come in any order, each once.
    await stores.query('update access_token set created_at = now() where email = $1 and label < $2', [
      email,
      '4',
    ]);
    const found: string[] = [];
    for (;;) {
      const page = await stores.tokens.list({ email, after: found.at(-1) ?? null, limit: 2 });
      found.push(...page.map(({ id }) => id));
      if (page.length < 2) break;
    }
    expect([...found].sort()).toEqual([...made].sort());
    expect(found.slice(4)).toEqual(made.slice(0, 3));
    const owners = (await stores.tokens.list({ after: null, limit: 100 })).map((token) => token.email);
    expect(owners).toEqual(expect.arrayContaining([email, other]));
  });

  it('require an existing account and a valid id', async () => {
    expect(await stores.tokens.create({ ...PLAIN, email: 'none' })).toEqual({ kind: 'no_account' });
    for (const id of ['', 'x', '00000000-0000-4000-8000-000000000000']) {
      expect(await stores.tokens.find(id)).toBeNull();
      expect(await stores.tokens.revoke(id)).toBe(0);
      expect(await stores.tokens.list({ after: id, limit: 10 })).toEqual([]);
    }
  });
});

describe('the audit trail', () => {
  it('is filtered newest first, and exported oldest first', async () => {
    const audit = new AuditStore(stores.database);
    const actor = randomName();
    for (let i = 0; i < 9; i++) {
      const entry = {
        actor,
        action: `a${i % 2}`,
        subject: `s${i % 3}`,
        allowed: i % 4 !== 0,
        address: '::1',
      };
      await audit.append({ ...entry, details: { i } });
    }
    const numbers = (events: { details: Readonly<Record<string, unknown>> }[]) =>
      events.map(({ details }) => details['i']);
    const list = async (filter: object) =>
      numbers(await audit.list({ actor, ...filter }, { before: null, limit: 100 }));
    expect(await list({})).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);
    expect(await list({ action: 'a1', subject: 's0' })).toEqual([3]);
    expect(await list({ allowed: false })).toEqual([8, 4, 0]);
    expect(await list({ allowed: true, subject: 's2' })).toEqual([5, 2]);
    const [newest, next] = await audit.list({ actor }, { before: null, limit: 2 });
    expect(newest).toMatchObject({ actor, action: 'a0', subject: 's2', allowed: false, address: '::1' });
    expect(await list({ since: newest?.at })).toContain(8);
    expect(await list({ until: newest?.at })).not.toContain(8);
    expect(numbers(await audit.list({ actor }, { before: next?.id ?? 0, limit: 2 }))).toEqual([6, 5]);
    const first = await audit.exportFrom({ actor }, 0, 4);
    expect(numbers(first)).toEqual([0, 1, 2, 3]);
    expect(numbers(await audit.exportFrom({ actor }, first.at(-1)?.id ?? 0, 100))).toEqual([4, 5, 6, 7, 8]);
  });
});

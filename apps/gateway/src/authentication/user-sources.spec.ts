import { describe, expect, it } from '@jest/globals';
import type { TokenOwner } from '@app/database';
import type { Scope, User } from '@app/domain';
import { AuthPlugin } from '@app/plugins';
import { UNLIMITED } from './credential.js';
import { UserSources } from './user-sources.js';

const ROBOT = 'robot@b.c';
const END = new Date(7);
const ID = '0b9f1c1e-6d0a-4c1e-9a53-0c6b6c3c2f11';
const NARROW: Scope = { level: 'execute', procs: ['deploy'] };

class Source extends AuthPlugin {
  asked: (string | null)[][] = [];
  verified = 0;
  verifiedEmail = '';
  failure: Error | null = null;
  acceptedUntil: Date | undefined;

  constructor(private readonly mayDo: boolean) {
    super();
  }

  override async auth(email: string | null, token: string): Promise<TokenOwner | null> {
    this.asked.push([email, token]);
    if (!token.endsWith('good')) return null;
    const user = { email: email ?? 'a@b.c', name: '', active: true, groups: ['g'] };
    const credential = { tokenId: ID, tokenExpiresAt: END, scope: NARROW };
    return { ...user, ...credential, ...(this.acceptedUntil && { acceptedUntil: this.acceptedUntil }) };
  }

  async findOwnerOf(tokenId: string): Promise<TokenOwner | null> {
    return tokenId === ID ? this.auth(null, 'proctor_good') : null;
  }

  override async verify(user: User): Promise<boolean> {
    this.verifiedEmail = user.email;
    this.verified += 1;
    if (this.failure) throw this.failure;
    return this.mayDo;
  }
}

describe('UserSources', () => {
  function setUp() {
    const [accounts, plugin] = [new Source(true), new Source(false)];
    const isClosed = async (email: string) => email === ROBOT;
    const emails = { rememberSpelling: async (email: string) => (email === 'A@B.C' ? 'a@b.c' : email) };
    return { accounts, plugin, sources: new UserSources(accounts, plugin, emails, isClosed) };
  }

  it('looks up Proctor’s own tokens in Postgres, all others in the plugin', async () => {
    const { accounts, plugin, sources } = setUp();
    await sources.find('a@b.c', 'proctor_good');
    expect(await sources.find(null, 'proctor_bad')).toBeNull();
    await sources.find('a@b.c', 'good');
    expect(accounts.asked).toEqual([
      ['a@b.c', 'proctor_good'],
      [null, 'proctor_bad'],
    ]);
    expect(plugin.asked).toEqual([['a@b.c', 'good']]);
  });

  it('leaves authorization to the source that identified the user', async () => {
    const { sources } = setUp();
    const own = await sources.find(null, 'proctor_good');
    const foreign = await sources.find(null, 'good');
    expect(await sources.verify(own!, ['x'])).toBe(true);
    expect(await sources.verify(foreign!, ['g'])).toBe(false);
    expect(sources.credentialOf(own!)).toEqual({
      tokenId: ID,
      expiresAt: END,
      acceptedUntil: END,
      scope: NARROW,
    });
    expect(sources.credentialOf(foreign!)).toEqual(UNLIMITED);
    expect([sources.isAccount(own!), sources.isAccount(foreign!)]).toEqual([true, false]);
  });

  it('knows until when a plugin accepts a token, and does not limit the tokens made with it to that', async () => {
    const { plugin, sources } = setUp();
    plugin.acceptedUntil = END;
    const foreign = await sources.find(null, 'good');
    expect(sources.credentialOf(foreign!)).toEqual({ ...UNLIMITED, acceptedUntil: END });
  });

  it('refuses a plugin’s user whose account is closed', async () => {
    const { sources } = setUp();
    expect(await sources.find(ROBOT, 'good')).toBeNull();
    expect(await sources.find(ROBOT, 'proctor_good')).toMatchObject({ email: ROBOT });
  });

  it.each(['ｒobot@b.c', 'ro\u200bbot@b.c', 'robot@b.c.', '\u202erobot@b.c'])(
    'refuses a plugin’s user whose email passes for another one: %j',
    async (email) => {
      const { sources } = setUp();
      expect(await sources.find(email, 'good')).toBeNull();
    },
  );

  it('knows a plugin’s user by the email first given, and the plugin by its own', async () => {
    const { plugin, sources } = setUp();
    const user = await sources.find('A@B.C', 'good');
    expect(user).toMatchObject({ email: 'a@b.c' });
    await sources.verify(user!, ['g']);
    expect(plugin.verifiedEmail).toBe('A@B.C');
  });

  it('checks the groups of a user from no source', async () => {
    const { sources } = setUp();
    const anybody = { email: 'anonymous', name: '', active: true, groups: ['admins'] };
    expect(await sources.verify(anybody, ['admins'])).toBe(true);
    expect(await sources.verify(anybody, ['others'])).toBe(false);
  });

  it('caches the decision for the same groups, but not a failure', async () => {
    const { plugin, sources } = setUp();
    const user = await sources.find(null, 'good');
    plugin.failure = new Error('away');
    await expect(sources.verify(user!, ['a', 'b'])).rejects.toThrow('away');
    plugin.failure = null;
    await Promise.all([sources.verify(user!, ['a', 'b']), sources.verify(user!, ['a', 'b'])]);
    expect(plugin.verified).toBe(2);
    await sources.verify(user!, ['a b']);
    expect(plugin.verified).toBe(3);
  });

  it('ends a session with its credential, or at its own end', async () => {
    const { sources } = setUp();
    const bind = async (expiresAt: Date) => {
      const user = await sources.findOwnerOf(ID);
      if (!user) throw new Error('not found');
      sources.bindToSession(user, { id: 's', expiresAt });
      return sources.credentialOf(user);
    };
    const later = new Date(END.getTime() + 1);
    expect(await bind(later)).toEqual({
      tokenId: ID,
      expiresAt: END,
      acceptedUntil: END,
      scope: NARROW,
      sessionId: 's',
    });
    const sooner = new Date(END.getTime() - 1);
    expect(await bind(sooner)).toMatchObject({ expiresAt: sooner, acceptedUntil: sooner });
    expect(await sources.findOwnerOf('another')).toBeNull();
  });
});

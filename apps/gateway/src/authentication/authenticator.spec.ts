import { beforeEach, describe, expect, it } from '@jest/globals';
import type { User } from '@app/domain';
import { Authenticator } from './authenticator.js';
import { LoginLimits, type LookupKind } from './login-limits.js';

const user: User = { email: 'a@b.c', name: 'A', active: true, groups: [] };
const headers = (token: string) => ({ 'email-id': ['a@b.c'], 'access-token': [token] });

const SECRET = 's'.repeat(43);

class Sources {
  readonly users = new Map<string, User>();
  lookups = 0;
  failure: Error | null = null;

  kindOf(): LookupKind {
    return 'account';
  }

  async find(_email: string | null, token: string): Promise<User | null> {
    this.lookups += 1;
    if (this.failure) throw this.failure;
    return this.users.get(token) ?? null;
  }

  hintFor(token: string): string | null {
    return token === 'of a workload' ? 'No workload rule matches.' : null;
  }
}

describe('Authenticator', () => {
  const sessions = { find: async (secret: string) => (secret === SECRET ? user : null) };
  let sources: Sources;
  let nowMs: number;
  let authenticator: Authenticator;
  beforeEach(() => {
    sources = new Sources();
    nowMs = 0;
    authenticator = new Authenticator(sources, sessions, new LoginLimits({}, () => nowMs), null, () => nowMs);
  });

  it('caches a user for five seconds', async () => {
    sources.users.set('t', user);
    await Promise.all([authenticator.authenticate(headers('t')), authenticator.authenticate(headers('t'))]);
    expect(sources.lookups).toBe(1);
    sources.users.delete('t');
    nowMs = 4_999;
    expect(await authenticator.authenticate(headers('t'))).toBe(user);
    nowMs = 5_001;
    await expect(authenticator.authenticate(headers('t'))).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('caches a wrong token for two seconds', async () => {
    await expect(authenticator.authenticate(headers('t'))).rejects.toMatchObject({ code: 'unauthenticated' });
    sources.users.set('t', user);
    nowMs = 1_999;
    await expect(authenticator.authenticate(headers('t'))).rejects.toMatchObject({ code: 'unauthenticated' });
    nowMs = 2_001;
    expect(await authenticator.authenticate(headers('t'))).toBe(user);
  });

  it('does not cache a failed lookup', async () => {
    sources.failure = new Error('away');
    await expect(authenticator.authenticate(headers('t'))).rejects.toThrow('away');
    sources.failure = null;
    sources.users.set('t', user);
    expect(await authenticator.authenticate(headers('t'))).toBe(user);
  });

  it('refuses an inactive user', async () => {
    sources.users.set('t', { ...user, active: false });
    await expect(authenticator.authenticate(headers('t'))).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('caches 10,000 credentials', async () => {
    sources.users.set('t', user);
    await authenticator.authenticate(headers('t'));
    for (let n = 0; n < 10_000; n++)
      await authenticator.authenticate(headers(`guess ${n}`)).catch(() => undefined);
    const before = sources.lookups;
    await authenticator.authenticate(headers('t'));
    expect(sources.lookups).toBe(before + 1);
  });

  it('forgets lookups in progress too', async () => {
    sources.users.set('t', user);
    const before = authenticator.authenticate(headers('t'));
    sources.users.delete('t');
    authenticator.forget();
    expect(await before).toBe(user);
    await expect(authenticator.authenticate(headers('t'))).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('refuses wrong credentials after too many failures, and no right ones', async () => {
    sources.users.set('t', user);
    await authenticator.admit(headers('t'), '192.0.2.1');
    for (let n = 0; n < 30; n++) {
      const guess = authenticator.admit(headers(`guess ${n}`), '192.0.2.1');
      await expect(guess).rejects.toMatchObject({ code: 'unauthenticated' });
    }
    sources.users.set('new', user);
    const admit = (token: string, address: string) => authenticator.admit(headers(token), address);
    await expect(admit('wrong', '192.0.2.1')).rejects.toMatchObject({ code: 'too_many_requests' });
    expect(await admit('new', '192.0.2.1')).toBe(user);
    nowMs = 59_000;
    expect(await admit('t', '192.0.2.1')).toBe(user);
    nowMs = 60_001;
    await expect(admit('wrong', '192.0.2.1')).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('counts a repeated failure each time', async () => {
    for (let n = 0; n < 30; n++) await authenticator.admit(headers('x'), 'here').catch(() => undefined);
    await expect(authenticator.admit(headers('x'), 'here')).rejects.toMatchObject({
      code: 'too_many_requests',
    });
    expect(sources.lookups).toBe(1);
  });

  it('says why the token of a workload is refused', async () => {
    await expect(authenticator.admit(headers('of a workload'), 'here')).rejects.toMatchObject({
      ...{ code: 'unauthenticated', hint: 'No workload rule matches.' },
    });
  });

  it('accepts every request when authentication is off', async () => {
    const off = new Authenticator(sources, sessions, new LoginLimits(), ['admins']);
    expect(await off.authenticate({})).toMatchObject({
      email: 'anonymous',
      active: true,
      groups: ['admins'],
    });
    expect(await off.authenticate({ 'email-id': ['me@x.y'] })).toMatchObject({ email: 'me@x.y' });
  });

  it('finds the user of a session by its cookie, which credentials in headers come before', async () => {
    const cookie = { cookie: [`__Host-proctor=${SECRET}`] };
    expect(await authenticator.admit(cookie, 'here')).toBe(user);
    await expect(authenticator.admit({ ...cookie, ...headers('x') }, 'here')).rejects.toMatchObject({
      message: 'The email or the access token is missing or wrong.',
    });
    const ended = { cookie: [`__Host-proctor=${'x'.repeat(43)}`] };
    await expect(authenticator.admit(ended, 'here')).rejects.toMatchObject({
      code: 'unauthenticated',
      message: 'Your session has ended.',
    });
  });
});

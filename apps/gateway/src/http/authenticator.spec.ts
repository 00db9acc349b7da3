import { beforeEach, describe, expect, it } from '@jest/globals';
import type { User } from '@app/domain';
import { Authenticator } from './authenticator.js';

const user: User = { email: 'a@b.c', name: 'A', active: true, groups: [] };
const headers = (token: string) => ({ 'email-id': ['a@b.c'], 'access-token': [token] });

class Accounts {
  readonly users = new Map<string, User>();
  lookups = 0;
  failure: Error | null = null;

  async authenticate(_email: string | null, token: string): Promise<User | null> {
    this.lookups += 1;
    if (this.failure) throw this.failure;
    return this.users.get(token) ?? null;
  }

  async noteTokenUse(): Promise<void> {}
}

describe('Authenticator', () => {
  let accounts: Accounts;
  let nowMs: number;
  let authenticator: Authenticator;
  beforeEach(() => {
    accounts = new Accounts();
    nowMs = 0;
    authenticator = new Authenticator(accounts, null, () => nowMs);
  });

  it('remembers a user for five seconds', async () => {
    accounts.users.set('t', user);
    await Promise.all([authenticator.authenticate(headers('t')), authenticator.authenticate(headers('t'))]);
    expect(accounts.lookups).toBe(1);
    accounts.users.delete('t');
    nowMs = 4_999;
    expect(await authenticator.authenticate(headers('t'))).toBe(user);
    nowMs = 5_001;
    await expect(authenticator.authenticate(headers('t'))).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('remembers a wrong token for two', async () => {
    await expect(authenticator.authenticate(headers('t'))).rejects.toMatchObject({ code: 'unauthenticated' });
    accounts.users.set('t', user);
    nowMs = 1_999;
    await expect(authenticator.authenticate(headers('t'))).rejects.toMatchObject({ code: 'unauthenticated' });
    nowMs = 2_001;
    expect(await authenticator.authenticate(headers('t'))).toBe(user);
  });

  it('does not remember that the database was away', async () => {
    accounts.failure = new Error('away');
    await expect(authenticator.authenticate(headers('t'))).rejects.toThrow('away');
    accounts.failure = null;
    accounts.users.set('t', user);
    expect(await authenticator.authenticate(headers('t'))).toBe(user);
  });

  it('refuses an inactive user', async () => {
    accounts.users.set('t', { ...user, active: false });
    await expect(authenticator.authenticate(headers('t'))).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('remembers no more than 10,000', async () => {
    accounts.users.set('t', user);
    await authenticator.authenticate(headers('t'));
    for (let n = 0; n < 10_000; n++)
      await authenticator.authenticate(headers(`guess ${n}`)).catch(() => undefined);
    const before = accounts.lookups;
    await authenticator.authenticate(headers('t'));
    expect(accounts.lookups).toBe(before + 1);
  });

  it('knows everybody when authentication is off', async () => {
    const off = new Authenticator(accounts, ['admins']);
    expect(await off.authenticate({})).toMatchObject({
      email: 'anonymous',
      active: true,
      groups: ['admins'],
    });
    expect(await off.authenticate({ 'email-id': ['me@x.y'] })).toMatchObject({ email: 'me@x.y' });
  });
});

import { describe, expect, it } from '@jest/globals';
import type { AuditEntry } from '@app/database';
import type { User } from '@app/domain';
import { createLogger } from '@app/platform';
import type { DeviceFlow, SignedIn } from '@app/plugins';
import { AuditTrail } from '../audit/audit-trail.js';
import { SignInLimit } from './sign-in-limit.js';
import { SignIn } from './sign-in.js';

const log = createLogger({ service: 'test', level: 'info', destination: { write: () => {} } });
const user: User = { email: 'ada@x.y', name: 'Ada', active: true, groups: [] };
const signedIn: SignedIn = { kind: 'signed_in', token: 't', refreshToken: null, expiresInSeconds: null };

const flow: DeviceFlow = {
  start: async () => ({
    ...{ deviceCode: 'd', userCode: 'u', verificationUri: 'https://issuer.example/device' },
    ...{ verificationUriComplete: null, expiresInSeconds: 300, intervalSeconds: 5 },
  }),
  poll: async () => signedIn,
  refresh: async () => ({ kind: 'denied' }),
};

function setUp(deviceFlow: DeviceFlow | undefined, find: () => Promise<User | null> = async () => user) {
  const entries: AuditEntry[] = [];
  const audit = new AuditTrail({ append: async (entry) => void entries.push(entry) }, log);
  const limit = new SignInLimit(2, () => 0);
  return { entries, signIn: new SignIn({ name: 'test', deviceFlow }, { find }, limit, audit) };
}

describe('SignIn', () => {
  it('leaves out fields that are null', async () => {
    const { signIn } = setUp(flow);
    expect(await signIn.start('here')).not.toHaveProperty('verification_uri_complete');
    expect(await signIn.poll('d', 'here')).toEqual({ status: 'signed_in', token: 't' });
  });

  it('audits who signed in, without the token', async () => {
    const { signIn, entries } = setUp(flow);
    await signIn.poll('d', 'here');
    expect(entries).toEqual([
      { actor: 'ada@x.y', action: 'pollSignIn', subject: 'ada@x.y', allowed: true, address: 'here' },
    ]);
  });

  it('returns the token even if its user cannot be looked up', async () => {
    const { signIn, entries } = setUp(flow, () => Promise.reject(new Error('away')));
    expect(await signIn.poll('d', 'here')).toMatchObject({ token: 't' });
    expect(entries).toMatchObject([{ actor: 'unknown', allowed: false }]);
  });

  it('limits calls by address, over all its routes', async () => {
    const { signIn } = setUp(flow);
    await signIn.start('here');
    await signIn.poll('d', 'here');
    const refused = { code: 'too_many_requests', message: 'Too many sign-ins from your address.' };
    await expect(signIn.start('here')).rejects.toMatchObject(refused);
    await expect(signIn.refresh('wrong', 'here')).rejects.toMatchObject(refused);
    await signIn.refresh('wrong', 'there');
  });

  it('accepts a right code or token past the limit', async () => {
    const { signIn } = setUp({ ...flow, refresh: async () => signedIn });
    for (let n = 0; n < 2; n++) await signIn.start('here');
    expect(await signIn.poll('d', 'here')).toMatchObject({ status: 'signed_in' });
    expect(await signIn.refresh('r', 'here')).toMatchObject({ status: 'signed_in' });
    const pending = setUp({ ...flow, poll: async () => ({ kind: 'pending' }) });
    for (let n = 0; n < 2; n++) await pending.signIn.start('here');
    expect(await pending.signIn.poll('d', 'here')).toEqual({ status: 'pending' });
  });

  it('does not count calls if there is no single sign-on', async () => {
    const { signIn } = setUp(undefined);
    for (let n = 0; n < 5; n++)
      await expect(signIn.start('here')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('describes that authentication is off', async () => {
    const { signIn } = setUp(flow);
    expect(signIn.describe()).toEqual({ plugin: 'test', sign_in: 'device' });
    const off = new SignIn(
      null,
      { find: async () => null },
      new SignInLimit(),
      new AuditTrail({ append: async () => {} }, log),
    );
    expect(off.describe()).toEqual({ plugin: 'none', sign_in: 'off' });
    await expect(off.start('here')).rejects.toThrow('authentication is off');
  });
});

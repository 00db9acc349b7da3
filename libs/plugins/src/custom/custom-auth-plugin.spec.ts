import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { CustomAuthPlugin } from './custom-auth-plugin.js';

const USER = { email: 'ada@example.com', name: 'Ada', active: true, groups: ['ops'] };
const TOKEN = 'tok/en';

/** A plugin may reject with anything. */
async function rejectWith(reason: unknown): Promise<never> {
  throw reason;
}

const failureOf = (work: Promise<unknown>) => work.catch((err: unknown) => err);

describe('CustomAuthPlugin', () => {
  it.each([null, undefined])('treats %s as unknown', async (answer) => {
    expect(await new CustomAuthPlugin('own', { auth: () => answer }).auth(null, TOKEN)).toBeNull();
  });

  it.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error(`GET /?t=${encodeURIComponent(TOKEN)} and ${TOKEN} failed`);
      },
      'auth threw Error: GET /?t=*** and *** failed',
    ],
    [
      'rejects',
      async () => {
        throw new Error('away');
      },
      'auth threw Error: away',
    ],
    ['rejects with an object', () => rejectWith({ code: 7 }), 'auth threw { code: 7 }'],
    ['rejects with nothing', () => rejectWith(undefined), 'auth threw undefined'],
    ['returns true', () => true, 'it is not an object'],
    ['returns half a user', () => ({ email: USER.email }), '"name" is not a string'],
    ['returns groups as objects', () => ({ ...USER, groups: [{ name: 'ops' }] }), '"groups" is not'],
    [
      'has a getter that throws',
      () =>
        Object.defineProperty({}, 'email', {
          get() {
            throw new Error('trap');
          },
        }),
      'trap',
    ],
    ['never answers', () => new Promise(() => {}), 'auth did not return within 0.05 s'],
  ])('is unavailable if the plugin %s', async (_what, auth, reason) => {
    const error = await failureOf(new CustomAuthPlugin('own', { auth }, 50).auth(USER.email, TOKEN));
    expect(error).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('plugin own') as unknown,
    });
    const shown = inspect(error, { depth: 10 });
    expect(shown).toContain(reason);
    expect(shown).not.toContain(TOKEN);
    expect((error as Error).message).not.toContain(reason);
  });

  it.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('away');
      },
      'verify threw Error: away',
    ],
    ['returns a truthy thing', () => 'yes', 'verify returned neither true nor false'],
    ['returns nothing', () => undefined, 'verify returned neither true nor false'],
    ['never answers', () => new Promise(() => {}), 'verify did not return within 0.05 s'],
  ])('is unavailable if verify %s', async (_what, verify, reason) => {
    const plugin = new CustomAuthPlugin('own', { auth: () => USER, verify }, 50);
    const error = await failureOf(plugin.verify(USER, ['ops']));
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(inspect(error)).toContain(reason);
  });

  it('is unavailable if verify is a getter that throws', async () => {
    const foreign = Object.defineProperty({ auth: () => USER }, 'verify', {
      get() {
        throw new Error('trap');
      },
    });
    const error = await failureOf(new CustomAuthPlugin('own', foreign).verify(USER, ['ops']));
    expect(error).toMatchObject({ code: 'unavailable' });
  });

  it.each([true, false])('delegates the decision to verify: %s', async (answer) => {
    const plugin = new CustomAuthPlugin('own', { auth: () => USER, verify: async () => answer });
    expect(await plugin.verify(USER, ['ops'])).toBe(answer);
  });

  it('decides by itself for a plugin without verify', async () => {
    const plugin = new CustomAuthPlugin('own', { auth: () => USER, verify: 'no function' });
    expect(await plugin.verify(USER, ['ops'])).toBe(true);
    expect(await plugin.verify(USER, ['ops', 'data'])).toBe(false);
    expect(await plugin.verify({ ...USER, active: false }, [])).toBe(false);
  });

  it('protects our objects from changes by a plugin', async () => {
    const verify = (user: typeof USER, groups: string[]) => {
      user.groups.push('admins');
      groups.length = 0;
      return true;
    };
    const groups = ['admins'];
    await new CustomAuthPlugin('own', { auth: () => USER, verify }).verify(USER, groups);
    expect([USER.groups, groups]).toEqual([['ops'], ['admins']]);
  });
});

import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError, type User } from '@app/domain';
import type { AuthPlugin } from '../auth-plugin.js';

export interface AuthPluginUnderTest {
  plugin: AuthPlugin;
  /** Active, in the groups `ops` and `data` and no other. */
  known: { user: User; token: string };
  /** Known too, but switched off; null if the plugin has no such thing. */
  inactive: { user: User; token: string } | null;
  /** Good until a moment ago: expired or revoked. */
  staleToken: string;
  /** Does a token by itself say whose it is? */
  takesBearer: boolean;
  /** Is `Ada@Example.com` who `ada@example.com` is? */
  ignoresCaseOfEmail: boolean;
  /** Makes what the plugin asks unreachable, after it forgot what it knows; null if that can't be done. */
  goAway: (() => void | Promise<void>) | null;
  comeBack?(): void | Promise<void>;
  close?(): Promise<void>;
}

const HOSTILE_TOKENS: [string, string][] = [
  ['empty', ''],
  ['blank', ' '],
  ['long', 'x'.repeat(100_000)],
  ['a JWT of nothing', 'e30.e30.'],
  ['dots', '..'],
  ['not ASCII', 'пароль ☃ \ud800'],
  ['control characters', 'a\r\nX-Injected: 1\u0000'],
  ['a query', 'x&email=other@example.com#?%00'],
  ["a prototype's key", '__proto__'],
];

/** What every implementation of the port must do. Calls jest's globals: use it in a spec. */
export function describeAuthPlugin(name: string, make: () => Promise<AuthPluginUnderTest>): void {
  describe(`${name} as an AuthPlugin`, () => {
    let source: AuthPluginUnderTest;
    let plugin: AuthPlugin;
    let user: User;
    let token: string;
    beforeAll(async () => {
      source = await make();
      ({ plugin } = source);
      ({ user, token } = source.known);
    });
    afterAll(async () => source.close?.());

    it('knows a user by e-mail and token', async () => {
      expect(await plugin.auth(user.email, token)).toEqual(user);
    });

    it('minds how the e-mail is capitalised, or does not', async () => {
      const answer = await plugin.auth(user.email.toUpperCase(), token);
      expect(answer).toEqual(source.ignoresCaseOfEmail ? user : null);
    });

    it('knows a user by a bearer token, or never does', async () => {
      expect(await plugin.auth(null, token)).toEqual(source.takesBearer ? user : null);
    });

    it('gives the same answer to many who ask at once', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => plugin.auth(user.email, token)));
      expect(answers).toEqual(Array(20).fill(user));
    });

    it("does not take a token for somebody else's", async () => {
      expect(await plugin.auth('somebody-else@example.com', token)).toBeNull();
      expect(await plugin.auth('', token)).toBeNull();
    });

    it('does not take a token that no longer holds', async () => {
      expect(await plugin.auth(user.email, source.staleToken)).toBeNull();
    });

    it('does not take a token with a character changed', async () => {
      const middle = Math.floor(token.length / 2);
      const other = token[middle] === 'A' ? 'B' : 'A';
      const changed = token.slice(0, middle) + other + token.slice(middle + 1);
      expect(await plugin.auth(user.email, changed)).toBeNull();
    });

    it.each(HOSTILE_TOKENS)('does not stumble over a token that is %s', async (_kind, hostile) => {
      expect(await plugin.auth(user.email, hostile)).toBeNull();
      expect(await plugin.auth(null, hostile)).toBeNull();
    });

    it.each<[readonly string[], boolean]>([
      [[], true],
      [['ops'], true],
      [['data', 'ops'], true],
      [['ops', 'finance'], false],
      [['OPS'], false],
    ])('says of what needs %j: %s', async (groups, isAllowed) => {
      expect(await plugin.verify(user, groups)).toBe(isAllowed);
      expect(await plugin.verify({ ...user, active: false }, groups)).toBe(false);
    });

    it('never lets an inactive user pass', async () => {
      const { inactive } = source;
      if (inactive === null) return;
      const found = await plugin.auth(inactive.user.email, inactive.token);
      expect(found?.active ?? false).toBe(false);
    });

    it('says that it is unavailable, without the token, while what it asks is away; then works again', async () => {
      if (source.goAway === null) return;
      await source.goAway();
      const error: unknown = await plugin.auth(user.email, token).catch((err: unknown) => err);
      await source.comeBack?.();
      expect(error).toBeInstanceOf(AppError);
      expect(error).toMatchObject({ code: 'unavailable' });
      expect(inspect(error, { depth: 10 })).not.toContain(token);
      expect(await plugin.auth(user.email, token)).toEqual(user);
    });
  });
}

import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError, type User } from '@app/domain';
import type { AuthPlugin } from '../auth-plugin.js';

export interface AuthPluginUnderTest {
  plugin: AuthPlugin;
  /** An active user in exactly the groups `ops` and `data`. */
  known: { user: User; token: string };
  /** A known but inactive user. Null if the plugin has no such concept. */
  inactive: { user: User; token: string } | null;
  /** A token that has just expired or been revoked. */
  staleToken: string;
  /** Whether a token identifies its owner by itself. */
  takesBearer: boolean;
  /** Whether emails match in any case. */
  ignoresCaseOfEmail: boolean;
  /** Makes the plugin's backend unreachable and clears the plugin's cache. Null if impossible. */
  goDown: (() => void | Promise<void>) | null;
  comeBack?(): void | Promise<void>;
  close?(): Promise<void>;
}

const HOSTILE_TOKENS: [string, string][] = [
  ['empty', ''],
  ['blank', ' '],
  ['long', 'x'.repeat(100_000)],
  ['an empty JWT', 'e30.e30.'],
  ['dots', '..'],
  ['not ASCII', 'пароль ☃ \ud800'],
  ['control characters', 'a\r\nX-Injected: 1\u0000'],
  ['a query', 'x&email=other@example.com#?%00'],
  ["a prototype's key", '__proto__'],
];

/** The conformance suite of the port, for use in a spec. */
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

    it('identifies a user by email and token', async () => {
      expect(await plugin.auth(user.email, token)).toMatchObject(user);
    });

    it('matches emails in any case, or exactly', async () => {
      const answer = await plugin.auth(user.email.toUpperCase(), token);
      if (source.ignoresCaseOfEmail) expect(answer).toMatchObject(user);
      else expect(answer).toBeNull();
    });

    it('identifies a user by a bearer token, or never does', async () => {
      const answer = await plugin.auth(null, token);
      if (source.takesBearer) expect(answer).toMatchObject(user);
      else expect(answer).toBeNull();
    });

    it('returns the same result to concurrent callers', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => plugin.auth(user.email, token)));
      expect(answers).toMatchObject(Array(20).fill(user));
    });

    it('rejects a token that belongs to another user', async () => {
      expect(await plugin.auth('somebody-else@example.com', token)).toBeNull();
      expect(await plugin.auth('', token)).toBeNull();
    });

    it('rejects a token that is no longer valid', async () => {
      expect(await plugin.auth(user.email, source.staleToken)).toBeNull();
    });

    it('rejects a token with one character changed', async () => {
      const middle = Math.floor(token.length / 2);
      const other = token[middle] === 'A' ? 'B' : 'A';
      const changed = token.slice(0, middle) + other + token.slice(middle + 1);
      expect(await plugin.auth(user.email, changed)).toBeNull();
    });

    it.each(HOSTILE_TOKENS)('handles a token that is %s', async (_kind, hostile) => {
      expect(await plugin.auth(user.email, hostile)).toBeNull();
      expect(await plugin.auth(null, hostile)).toBeNull();
    });

    it.each<[readonly string[], boolean]>([
      [[], true],
      [['ops'], true],
      [['data', 'ops'], true],
      [['ops', 'finance'], false],
      [['OPS'], false],
    ])('decides about required groups %j: %s', async (groups, isAllowed) => {
      expect(await plugin.verify(user, groups)).toBe(isAllowed);
      expect(await plugin.verify({ ...user, active: false }, groups)).toBe(false);
    });

    it('never authorizes an inactive user', async () => {
      const { inactive } = source;
      if (inactive === null) return;
      const found = await plugin.auth(inactive.user.email, inactive.token);
      expect(found?.active ?? false).toBe(false);
    });

    it('is unavailable while its backend is down, without showing the token, and recovers', async () => {
      if (source.goDown === null) return;
      await source.goDown();
      const error: unknown = await plugin.auth(user.email, token).catch((err: unknown) => err);
      await source.comeBack?.();
      expect(error).toBeInstanceOf(AppError);
      expect(error).toMatchObject({ code: 'unavailable' });
      expect(inspect(error, { depth: 10 })).not.toContain(token);
      expect(await plugin.auth(user.email, token)).toMatchObject(user);
    });
  });
}

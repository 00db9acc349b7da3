import type * as z from 'zod';
import { secretKeysVar, secretKeyVar } from './env-vars.js';

/** The keys of a service: the first one seals, all of them open. */
export type SecretKeys = readonly [Uint8Array, ...Uint8Array[]];

/** For services that cannot do without the key. */
export const secretKeyVars = {
  PROCTOR_SECRET_KEY: secretKeyVar,
  PROCTOR_SECRET_KEY_ALSO: secretKeysVar.default([]),
};

type SecretKeyEnv = { [Name in keyof typeof secretKeyVars]: z.output<(typeof secretKeyVars)[Name]> };

export function secretKeysOf(env: SecretKeyEnv): SecretKeys {
  return [env.PROCTOR_SECRET_KEY, ...env.PROCTOR_SECRET_KEY_ALSO];
}

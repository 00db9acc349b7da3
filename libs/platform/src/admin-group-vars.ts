import type * as z from 'zod';
import { commaListVar } from './env-vars.js';

const DEFAULT_ADMIN_GROUPS: readonly string[] = ['proctor_admin'];

/** v2 documented the shorter name, but read the longer one. */
export const adminGroupVars = {
  PROCTOR_REQUIRED_ADMIN_GROUP: commaListVar.optional(),
  PROCTOR_AUTH_REQUIRED_ADMIN_GROUP: commaListVar.optional(),
};

/** The groups whose members are admins. */
export function adminGroupsOf(env: z.output<z.ZodObject<typeof adminGroupVars>>): readonly string[] {
  return env.PROCTOR_REQUIRED_ADMIN_GROUP ?? env.PROCTOR_AUTH_REQUIRED_ADMIN_GROUP ?? DEFAULT_ADMIN_GROUPS;
}

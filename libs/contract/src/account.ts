import { isPlainEmail, SCOPE_LEVELS } from '@app/domain';
import * as z from 'zod';
import { MAX_GROUPS } from './limits.js';
import { instant, namePage, next, queryFlag } from './paging.js';
import { procName } from './proc-name.js';
import {
  BIDI_REFUSED,
  email,
  groupName,
  isStorable,
  isWrittenPlainly,
  newGroupName,
  NOT_STORABLE,
  optionalText,
} from './text.js';

const name = z
  .string()
  .max(200, 'must be at most 200 characters')
  .regex(/^[^\p{Cc}]*$/u, 'must not contain control characters')
  .refine(isStorable, NOT_STORABLE)
  .refine(isWrittenPlainly, BIDI_REFUSED);
const groups = z.array(newGroupName).max(MAX_GROUPS);

const tokenScope = z
  .string()
  .optional()
  .describe('What the token may be used for: read, execute or admin. Omitted by earlier versions.');

/** `GET /whoami`: the account the caller is signed in as. */
export const whoAmIReply = z.object({
  email: z.string(),
  name: z.string(),
  groups: z.array(z.string()),
  is_admin: z.boolean().describe('False for a token whose scope is not admin.'),
  scope: tokenScope,
  procs: z.array(z.string()).optional().describe('The only procs that the token may be used for.'),
});

/** An account in Postgres: a person's, or a service account used by a program. */
export const userReply = z.object({
  email: z.string(),
  name: z.string(),
  active: z.boolean(),
  service: z.boolean(),
  groups: z.array(z.string()),
  created_at: instant,
});
export type UserReply = z.output<typeof userReply>;

/** Reply of `PATCH /user/{email}`. */
export const updateUserReply = userReply.extend({
  paused_schedules: z
    .int()
    .optional()
    .describe('How many schedules were paused because the account was disabled. Omitted if none were.'),
});

/** Groups that do not exist are created. */
export const createUserBody = z.object({
  email: email.refine(
    isPlainEmail,
    'must not contain invisible characters, full-width or other look-alike forms of letters, or a final dot',
  ),
  name: name.optional(),
  service: z.boolean().optional().default(false).describe('True: the account belongs to a program.'),
  groups: groups.optional().default([]),
});
export type CreateUserBody = z.output<typeof createUserBody>;

/** Omitted fields keep their values; `groups` replaces all memberships. */
export const updateUserBody = z.object({
  name: name.optional(),
  active: z.boolean().optional().describe('False: disables the account.'),
  groups: groups.optional().describe('Replaces all memberships.'),
});
export type UpdateUserBody = z.output<typeof updateUserBody>;

export const userParams = z.object({ email });
export const listUsersQuery = z.object({
  group: groupName.optional().describe('Only members of this group.'),
  ...namePage,
});
export const listUsersReply = z.object({ users: z.array(userReply), next });

export const groupReply = z.object({ name: z.string(), description: z.string(), members: z.int() });
export type GroupReply = z.output<typeof groupReply>;
export const createGroupBody = z.object({ name: newGroupName, description: optionalText });
export const groupParams = z.object({ name: groupName });
export const memberParams = z.object({ name: groupName, email });
export const listGroupsQuery = z.object({ ...namePage });
export const listGroupsReply = z.object({ groups: z.array(groupReply), next });

const MAX_TOKEN_SECONDS = 10 * 365 * 24 * 60 * 60;
const MAX_TOKEN_PROCS = 100;

/**
 * Without `email`, the token is for the caller; only admins create tokens for others. A token created with an expiring
 * token never outlives it: the requested lifetime is cut, and `expires_at` in the reply shows the result.
 */
export const createTokenBody = z
  .object({
    email: email.optional().describe('The account. Default: the caller.'),
    label: name.optional().default('').describe('What the token is for.'),
    scope: z
      .enum(SCOPE_LEVELS)
      .optional()
      .describe(
        'What the token may be used for, within what its account may do: read; execute, which includes read; or admin, everything. Default: admin, with `procs` execute.',
      ),
    procs: z
      .array(procName)
      .min(1, 'must name at least one proc')
      .max(MAX_TOKEN_PROCS, `must have at most ${MAX_TOKEN_PROCS} entries`)
      .optional()
      .describe('The only procs that the token may be used for. Default: no limit.'),
    expires_in_seconds: z
      .int()
      .min(60)
      .max(MAX_TOKEN_SECONDS)
      .nullable()
      .optional()
      .describe(
        'Null: never. If omitted: as `PROCTOR_TOKEN_DEFAULT_DAYS` says, without it never. Always cut to the expiry of the token used to create it.',
      ),
  })
  .refine(({ scope, procs }) => procs === undefined || scope !== 'admin', {
    path: ['procs'],
    message: 'cannot limit a token of the scope admin; use the scope execute or read',
  });
export type CreateTokenBody = z.output<typeof createTokenBody>;

export const tokenReply = z.object({
  id: z.uuid(),
  email: z.string(),
  label: z.string(),
  scope: tokenScope,
  procs: z.array(z.string()).optional().describe('The only procs that the token may be used for.'),
  created_at: instant,
  created_by: z.string(),
  parent: z.string().optional().describe('Id of the token that it was created with, and ends with.'),
  expires_at: instant.optional(),
  last_used_at: instant.optional(),
  revoked_at: instant.optional(),
});
export type TokenReply = z.output<typeof tokenReply>;
export const createTokenReply = tokenReply.extend({
  token: z.string().describe('The token itself. No other reply contains it.'),
});

export const tokenParams = z.object({ id: z.uuid('must be a token id; see `proctor token list`') });
/** Without `email` and `all`, lists the caller's own tokens. */
export const listTokensQuery = z.object({
  email: email.optional().describe('Only tokens of this account.'),
  all: queryFlag.optional().default(false).describe('Tokens of all accounts.'),
  ...namePage,
});
export const listTokensReply = z.object({ tokens: z.array(tokenReply), next });

import { findSubjectProblem, SCOPE_LEVELS } from '@app/domain';
import * as z from 'zod';
import { instant } from './paging.js';
import { procName } from './proc-name.js';
import { email, isStorable, NOT_STORABLE } from './text.js';

const MAX_CLAIMS = 20;
const MAX_PROCS = 100;
/** The token itself has them, and rules name them by fields of their own, or they change with every token. */
const RESERVED_CLAIMS: readonly string[] = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'];

const workloadName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9.-]{0,98}[a-z0-9])?$/,
    'must be 1 to 100 lower-case letters, digits, "." and "-", starting and ending with a letter or digit',
  );

const claimText = z
  .string()
  .min(1, 'must not be empty')
  .max(500, 'must be at most 500 characters')
  .regex(/^[^\p{Cc}]*$/u, 'must not contain control characters')
  .refine((text) => text.trim() === text, 'must not begin or end with white space')
  .refine(isStorable, NOT_STORABLE);

const subject = claimText
  .superRefine((text, context) => {
    const message = findSubjectProblem(text);
    if (message !== null) context.addIssue({ code: 'custom', message });
  })
  .describe(
    'The claim sub, compared case-sensitively. `*` stands for one part between `:` or `/`, at the end for all that follows; at least two parts come before it.',
  );

const claims = z
  .record(claimText, claimText)
  .refine((given) => Object.keys(given).length <= MAX_CLAIMS, `must have at most ${MAX_CLAIMS} entries`)
  .refine(
    (given) => !RESERVED_CLAIMS.some((name) => Object.hasOwn(given, name)),
    `must not name ${RESERVED_CLAIMS.join(', ')}`,
  );

/** Strict: a misspelled field would make the rule wider than meant. */
export const createWorkloadBody = z
  .strictObject({
    name: workloadName,
    issuer: claimText.describe(
      'The claim iss, exactly: an https address whose `/.well-known/openid-configuration` names the keys (http on loopback).',
    ),
    audience: claimText.describe('The claim aud must have it. Choose one that only Proctor uses.'),
    subject,
    claims: claims.optional().default({}).describe('Further claims that must have exactly these values.'),
    account: email.describe('The service account that the tokens sign in as.'),
    scope: z
      .enum(SCOPE_LEVELS)
      .optional()
      .default('execute')
      .describe('What the tokens may be used for, within what the account may do.'),
    procs: z
      .array(procName)
      .min(1, 'must name at least one proc')
      .max(MAX_PROCS, `must have at most ${MAX_PROCS} entries`)
      .optional()
      .describe('The only procs that the tokens may be used for. Default: no limit.'),
  })
  .refine(({ scope, procs }) => procs === undefined || scope !== 'admin', {
    path: ['procs'],
    message: 'cannot limit the scope admin; use the scope execute or read',
  });

export const workloadParams = z.object({ name: workloadName });

export const workloadReply = z.object({
  name: z.string(),
  issuer: z.string(),
  audience: z.string(),
  subject: z.string(),
  claims: z.record(z.string(), z.string()),
  account: z.string(),
  scope: z.string(),
  procs: z.array(z.string()).optional().describe('The only procs that the tokens may be used for.'),
  active: z
    .boolean()
    .describe(
      'False: the account is disabled, the token that the rule was created with was revoked or its account disabled, or the audience is that of people who sign in.',
    ),
  created_at: instant,
  created_by: z.string(),
  parent: z.string().optional().describe('Id of the token that it was created with.'),
});
export type WorkloadReply = z.output<typeof workloadReply>;

/** All of them, by name. */
export const listWorkloadsReply = z.array(workloadReply);

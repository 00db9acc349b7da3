import * as z from 'zod';
import { MAX_PROBLEMS } from './bounded.js';
import { idPage, instant, instantQuery, next, queryFlag } from './paging.js';
import { isStorable, NOT_STORABLE } from './text.js';

const filterText = z.string().min(1).max(320).refine(isStorable, NOT_STORABLE).optional();

const filters = {
  actor: filterText.describe('An email, or `unknown` for callers who were not authenticated.'),
  action: filterText.describe('The name of a route, or the method and path of a rejected request.'),
  subject: filterText.describe('The object that was acted on.'),
  allowed: queryFlag.optional().describe('Only allowed requests, or only refused ones.'),
  since: instantQuery.describe('Only events at or after this time.').optional(),
  until: instantQuery.describe('Only events before this time.').optional(),
};

/** `GET /audit`. Filters are combined with AND. */
export const listAuditQuery = z.object({ ...filters, ...idPage });
export type ListAuditQuery = z.output<typeof listAuditQuery>;
export const exportAuditQuery = z.object(filters);

export const auditEvent = z.object({
  id: z.int(),
  at: instant,
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  allowed: z.boolean(),
  address: z.string().optional(),
  details: z.record(z.string(), z.unknown()),
});
export type AuditEventReply = z.output<typeof auditEvent>;

/** Newest first. */
export const listAuditReply = z.object({ events: z.array(auditEvent), next });

/** The end of the chain of seals, as `proctor audit verify --head` takes it. */
const chainHead = z.object({
  n: z.int().describe('The number of the seal.'),
  hash: z.string().describe('64 hex digits.'),
});

/** `GET /audit/verify`. */
export const verifyAuditQuery = z.object({
  head: z
    .string()
    .regex(
      /^[1-9]\d{0,14}:[0-9a-fA-F]{64}$/,
      'must be the number of a seal, a colon and its hash (64 hex digits)',
    )
    .describe(
      'A head that was written down earlier, as `N:HASH`. It must be in the chain. Only with the first page.',
    )
    .optional(),
  cursor: z
    .string()
    .regex(/^(link:-?\d{1,18}|row:(-?\d{1,18})?)$/, 'must be the `next` of the previous page')
    .describe('The `next` value of the previous page.')
    .optional(),
});

const AUDIT_PROBLEM_KINDS = ['removed', 'changed', 'inserted', 'unsealed', 'chain', 'head'] as const;

export const auditProblem = z.object({
  kind: z
    .enum(AUDIT_PROBLEM_KINDS)
    .describe(
      '`removed`: the row of a seal is missing. `changed`: a row is not as it was sealed. `inserted`: a row among sealed ones has no seal. `unsealed`: a row has been waiting for its seal for too long. `chain`: a seal is missing, or does not continue the one before it. `head`: the chain does not lead to `head`.',
    ),
  n: z.int().describe('The number of the seal.').optional(),
  id: z.int().describe('The id of the event.').optional(),
  message: z.string(),
});
export type AuditProblemReply = z.output<typeof auditProblem>;

/** A part of the check: as much as a gateway does in a moment. */
export const verifyAuditReply = z.object({
  phase: z
    .enum(['links', 'rows'])
    .describe('First each seal is checked, then each event is looked up among the seals.'),
  checked: z.int().describe('How many seals, or events, this page has checked.'),
  seals: z.int().describe('How many seals there are.'),
  head: chainHead.describe('The last seal that this page has checked.').optional(),
  waiting: z.int().describe('Recent events without a seal. The gateway seals them within seconds.'),
  problems: z.array(auditProblem).describe(`At most ${MAX_PROBLEMS}.`),
  next,
});

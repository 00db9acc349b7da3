import { z } from 'zod';
import { idPage, instant, instantQuery, next, queryFlag } from './paging.js';
import { isStorable, NOT_STORABLE } from './text.js';

const filterText = z.string().min(1).max(320).refine(isStorable, NOT_STORABLE).optional();

const filters = {
  actor: filterText.describe('An e-mail; `unknown` for who was not let in.'),
  action: filterText.describe("A route's name, or for a refusal its method and path."),
  subject: filterText.describe('What it was done to.'),
  allowed: queryFlag.optional(),
  since: instantQuery.describe('At or after.').optional(),
  until: instantQuery.describe('Before.').optional(),
};

/** `GET /audit`: all that is given must hold. */
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

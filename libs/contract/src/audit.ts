import * as z from 'zod';
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

import type { QueryOf, ReplyOf } from '@app/contract';
import type { AuditEvent, AuditFilter, SealedAuditEvent } from '@app/database';

/** Converts a query of the contract to a filter. */
export function toFilter({ since, until, ...filter }: QueryOf<'exportAudit'>): AuditFilter {
  const { actor, action, subject, allowed } = filter;
  return {
    actor,
    action,
    subject,
    allowed,
    since: since === undefined ? undefined : new Date(since),
    until: until === undefined ? undefined : new Date(until),
  };
}

type EventReply = ReplyOf<'listAudit'>['events'][number];

/** Converts an event to the contract's form, with its properties in reading order. */
export function toEventReply(event: AuditEvent): EventReply {
  const { id, at, actor, action, subject, allowed, address, details } = event;
  return {
    id,
    at: at.toISOString(),
    actor,
    action,
    subject,
    allowed,
    ...(address !== null && { address }),
    details,
  };
}

/** A line of the export: the event, and the link of the chain that seals it. */
export function toExportLine(event: SealedAuditEvent): object {
  const { seal } = event;
  return { ...toEventReply(event), seal: seal && { ...seal, sealedAt: seal.sealedAt.toISOString() } };
}

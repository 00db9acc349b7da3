import * as z from 'zod';
import {
  exportAuditQuery,
  listAuditQuery,
  listAuditReply,
  verifyAuditQuery,
  verifyAuditReply,
} from '../audit.js';
import type { Route } from './route.js';

export const auditRoutes = {
  listAudit: {
    method: 'GET',
    path: '/audit',
    who: 'admin',
    summary: 'List audit events, newest first',
    query: listAuditQuery,
    reply: listAuditReply,
    isCostly: true,
    replyType: 'json',
    successStatus: 200,
  },
  exportAudit: {
    method: 'GET',
    path: '/audit/export',
    who: 'admin',
    summary: 'Export audit events, oldest first, one JSON object per line',
    query: exportAuditQuery,
    reply: z.string(),
    isCostly: true,
    isStream: true,
    replyType: 'jsonl',
    successStatus: 200,
  },
  verifyAudit: {
    method: 'GET',
    path: '/audit/verify',
    who: 'admin',
    summary: 'Check audit events against the chain of their seals',
    description:
      'Each page checks as much as a moment allows: follow `next` to the end. See [Audit](audit.md#is-the-trail-complete).',
    query: verifyAuditQuery,
    reply: verifyAuditReply,
    replyType: 'json',
    successStatus: 200,
  },
} as const satisfies Record<string, Route>;

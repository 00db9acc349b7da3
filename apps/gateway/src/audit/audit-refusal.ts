import type { FastifyRequest } from 'fastify';
import type { AuditEntry } from '@app/database';
import type { AppError } from '@app/domain';
import { findCaller, type Caller } from '../authentication/caller.js';
import { workloadDetails } from '../authentication/credential.js';
import { textOf } from '../authentication/credentials.js';
import { findRouteName } from '../http/find-route-name.js';
import { pathOf } from '../http/request-path.js';

const MAX_EMAIL_CHARACTERS = 300;
/** A token of Proctor (libs/database access-token). */
const TOKEN = /proctor_[\w-]{43}/g;

/** The audit entry for a refused request. Null: the request is invalid, but its caller was not refused anything. */
export function refusalEntry(error: AppError, request: FastifyRequest): AuditEntry | null {
  const caller = findCaller(request);
  if (!isRefusal(error, caller)) return null;
  const { method } = request;
  const { url: pattern = 'unknown' } = request.routeOptions;
  const path = hideTokens(pathOf(request));
  return {
    actor: caller?.user.email ?? 'unknown',
    action: findRouteName(method, pattern) ?? `${method} ${pattern}`,
    subject: path,
    allowed: false,
    address: request.ip,
    details: {
      ...{ code: error.code, method, path },
      ...(!caller && { claimed: claimedEmail(request) }),
      ...(caller?.workload && workloadDetails(caller.workload)),
    },
  };
}

/** `too_many_requests` without a caller: the client is slowed down for guessing credentials. */
function isRefusal({ code }: AppError, caller: Caller | null): boolean {
  return code === 'unauthenticated' || code === 'forbidden' || (code === 'too_many_requests' && !caller);
}

/** Null: none. What is no email may be a token in the wrong header. */
function claimedEmail(request: FastifyRequest): string | null {
  const [header] = request.raw.headersDistinct['email-id'] ?? [];
  if (header === undefined) return null;
  const email = textOf(header);
  if (!email.includes('@')) return '(no email)';
  // Postgres refuses a lone surrogate in JSON, and the entry with it.
  return hideTokens(email).slice(0, MAX_EMAIL_CHARACTERS).toWellFormed();
}

const hideTokens = (text: string): string => text.replace(TOKEN, '***');

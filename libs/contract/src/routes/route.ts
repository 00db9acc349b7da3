import type { ScopeLevel } from '@app/domain';
import type * as z from 'zod';

/** One route of the HTTP contract. The gateway binds controllers to it, clients type requests with it, OpenAPI publishes it. */
export type Route = RouteShape & Audience;

/** Who may use the route, and how far their credential must reach. */
type Audience =
  | { who: 'anyone' }
  | {
      who: 'authenticated';
      scope: ScopeLevel;
      /** Whether a token that is limited to some procs may use it. If true, its handler shows and does nothing of other procs. */
      allowsProcLimit: boolean;
    }
  /** Requires the scope admin. */
  | { who: 'admin' };

/** The scope that a credential needs for the route; null: it needs no credential. */
export function scopeOf(route: Audience): ScopeLevel | null {
  if (route.who === 'anyone') return null;
  return route.who === 'admin' ? 'admin' : route.scope;
}

interface RouteShape {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:name` for each of `params`. */
  path: string;
  /** Shown on the API page: imperative, one line. */
  summary: string;
  /** Anything else a caller should know. */
  description?: string;
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  /** How many values a body may hold, counted with those that the schema ignores. Omitted: 2,000. */
  maxBodyValues?: number;
  /** The body is a list of so many items that they are checked with pauses. */
  isLongList?: true;
  /** A request without a body means `{}`. */
  isBodyOptional?: true;
  /** The message that v2 clients show for an invalid body. */
  malformedMessage?: string;
  /** Null: an empty body. */
  reply: z.ZodType | null;
  /** `jsonl`: one JSON object per line. `events`: server-sent events. `file`: the response carries its own content type. */
  replyType: 'json' | 'text' | 'html' | 'jsonl' | 'events' | 'file' | 'empty';
  /** v2 clients require exactly this status. */
  successStatus: number;
  /** Takes much processor time: it counts towards a lower rate limit, too. */
  isCostly?: true;
  /** The answer may last as long as the client wants. */
  isStream?: true;
  /** Repeating the `Idempotency-Key` returns the same execution. */
  takesIdempotencyKey?: true;
  /** Other statuses and when they occur. Statuses common to all routes of this shape are not listed. */
  otherStatuses?: Readonly<Record<number, string>>;
}

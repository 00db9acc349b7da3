import type { z } from 'zod';

/** One line of the HTTP contract. The gateway binds its controllers to it, the CLI its requests, OpenAPI shows it. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:name` for each of `params`. */
  path: string;
  who: 'anyone' | 'authenticated' | 'admin';
  /** What it does, for the API page. */
  summary: string;
  /** What else somebody who calls it should know. */
  description?: string;
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  /** What v2 clients read when the body is not acceptable. */
  malformedMessage?: string;
  /** Null: an empty body. */
  reply: z.ZodType | null;
  /** `jsonl`: one JSON object a line. `file`: says by itself what it is. */
  replyType: 'json' | 'text' | 'html' | 'jsonl' | 'file' | 'empty';
  /** v2 clients want exactly this one. */
  successStatus: number;
  /** The same `Idempotency-Key` gives the same execution. */
  takesIdempotencyKey?: true;
  /** Other statuses that it may answer with, and when; those that every route of its kind has are not listed. */
  otherStatuses?: Readonly<Record<number, string>>;
}

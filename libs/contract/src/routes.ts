import { z } from 'zod';
import { executionLogsQuery, executionParams, executionReply, submitExecutionBody } from './execution.js';
import { healthLiveReply, healthReadyReply } from './health.js';
import { listProcsReply, registerProcsBody } from './metadata.js';
import { setSecretsBody } from './secret.js';

/** One line of the HTTP contract. The gateway binds its controllers to it, the CLI its requests. */
export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  /** With `:name` for each of `params`. */
  path: string;
  who: 'anyone' | 'authenticated' | 'admin';
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  /** What v2 clients read when the body is not acceptable. */
  malformedMessage?: string;
  /** Null: an empty body. */
  reply: z.ZodType | null;
  replyType: 'json' | 'text' | 'empty';
  /** v2 clients want exactly this one. */
  successStatus: number;
}

export const routes = {
  submitExecution: {
    method: 'POST',
    path: '/execution',
    who: 'authenticated',
    body: submitExecutionBody,
    malformedMessage: 'Failed to parse request body from CLI',
    reply: executionReply,
    replyType: 'json',
    successStatus: 201,
  },
  getExecutionStatus: {
    method: 'GET',
    path: '/execution/:id/status',
    who: 'authenticated',
    params: executionParams,
    reply: executionReply,
    replyType: 'json',
    successStatus: 200,
  },
  /** As a WebSocket: messages of one or more whole lines joined by `\n`. Without upgrade: the log as text. */
  streamExecutionLogs: {
    method: 'GET',
    path: '/execution/logs',
    who: 'authenticated',
    query: executionLogsQuery,
    reply: z.string(),
    replyType: 'text',
    successStatus: 200,
  },
  /** Repeatable. 409 once the execution is final. */
  cancelExecution: {
    method: 'POST',
    path: '/execution/:id/cancel',
    who: 'authenticated',
    params: executionParams,
    reply: executionReply,
    replyType: 'json',
    successStatus: 200,
  },
  listProcs: {
    method: 'GET',
    path: '/metadata',
    who: 'authenticated',
    reply: listProcsReply,
    replyType: 'json',
    successStatus: 200,
  },
  registerProcs: {
    method: 'POST',
    path: '/metadata',
    who: 'admin',
    body: registerProcsBody,
    malformedMessage: 'malformed request',
    reply: null,
    replyType: 'empty',
    successStatus: 201,
  },
  setSecrets: {
    method: 'POST',
    path: '/secret',
    who: 'admin',
    body: setSecretsBody,
    malformedMessage: 'malformed request',
    reply: null,
    replyType: 'empty',
    successStatus: 201,
  },
  ping: {
    method: 'GET',
    path: '/ping',
    who: 'anyone',
    reply: z.literal('pong'),
    replyType: 'text',
    successStatus: 200,
  },
  healthLive: {
    method: 'GET',
    path: '/health/live',
    who: 'anyone',
    reply: healthLiveReply,
    replyType: 'json',
    successStatus: 200,
  },
  healthReady: {
    method: 'GET',
    path: '/health/ready',
    who: 'anyone',
    reply: healthReadyReply,
    replyType: 'json',
    successStatus: 200,
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;

type SchemaOf<Name extends RouteName, Part extends 'params' | 'query' | 'body' | 'reply'> =
  (typeof routes)[Name] extends Record<Part, infer Schema extends z.ZodType> ? Schema : never;

/** The parsed body, as the gateway gets it. */
export type BodyOf<Name extends RouteName> = z.output<SchemaOf<Name, 'body'>>;
/** The body as a client may send it. */
export type BodyInputOf<Name extends RouteName> = z.input<SchemaOf<Name, 'body'>>;
export type ParamsOf<Name extends RouteName> = z.output<SchemaOf<Name, 'params'>>;
export type QueryOf<Name extends RouteName> = z.output<SchemaOf<Name, 'query'>>;
export type ReplyOf<Name extends RouteName> = z.output<SchemaOf<Name, 'reply'>>;

/** The path and query of a request, escaped: `pathOf('getExecutionStatus', { id: '7' })` → `/execution/7/status`. */
export function pathOf(
  name: RouteName,
  params: Record<string, string> = {},
  query: Record<string, string> = {},
) {
  const path = routes[name].path.replace(/:(\w+)/g, (_, key: string) =>
    encodeURIComponent(params[key] ?? ''),
  );
  const search = new URLSearchParams(query).toString();
  return search ? `${path}?${search}` : path;
}

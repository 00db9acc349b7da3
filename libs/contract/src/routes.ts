import { z } from 'zod';
import {
  createGroupBody,
  createTokenBody,
  createTokenReply,
  createUserBody,
  groupParams,
  groupReply,
  listGroupsQuery,
  listGroupsReply,
  listTokensQuery,
  listTokensReply,
  listUsersQuery,
  listUsersReply,
  memberParams,
  tokenParams,
  updateUserBody,
  userParams,
  userReply,
  whoAmIReply,
} from './account.js';
import { exportAuditQuery, listAuditQuery, listAuditReply } from './audit.js';
import {
  executionDetailReply,
  executionLogsQuery,
  executionParams,
  executionReply,
  listExecutionsQuery,
  listExecutionsReply,
  readLogQuery,
  submitExecutionBody,
} from './execution.js';
import { healthLiveReply, healthReadyReply } from './health.js';
import { listProcsReply, procParams, procReply, registerProcsBody } from './metadata.js';
import {
  createScheduleBody,
  listSchedulesReply,
  SCHEDULE_TEXTS,
  scheduleParams,
  scheduleReply,
  updateScheduleBody,
} from './schedule.js';
import { listSecretsReply, secretParams, setSecretsBody } from './secret.js';
import {
  pollSignInBody,
  pollSignInReply,
  refreshSignInBody,
  signInReply,
  startSignInReply,
} from './sign-in.js';

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

const docsAssetParams = z.object({ file: z.string().regex(/^[A-Za-z0-9.-]{1,100}$/) });

export const routes = {
  submitExecution: {
    method: 'POST',
    path: '/execution',
    who: 'authenticated',
    summary: 'Execute a proc',
    body: submitExecutionBody,
    malformedMessage: 'Failed to parse request body from CLI',
    reply: executionReply,
    replyType: 'json',
    successStatus: 201,
    takesIdempotencyKey: true,
    otherStatuses: {
      403: 'The caller is not in all groups of the proc.',
      404: 'There is no such proc.',
      429: 'Too much is waiting already, or the proc refuses what it has no slot for.',
    },
  },
  /** Those that the caller may see: their own, those of procs that they may execute; admins all. */
  listExecutions: {
    method: 'GET',
    path: '/execution',
    who: 'authenticated',
    summary: 'The history, newest first',
    description:
      'Those that the caller may see: their own, those of procs that they may execute; admins see all.',
    query: listExecutionsQuery,
    reply: listExecutionsReply,
    replyType: 'json',
    successStatus: 200,
  },
  getExecutionStatus: {
    method: 'GET',
    path: '/execution/:id/status',
    who: 'authenticated',
    summary: 'How an execution is doing',
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
    summary: 'The log of an execution, live',
    description: [
      'As a WebSocket (with `Upgrade: websocket`): text messages of one or more whole lines joined by a newline, from',
      'the first line ever written, live until the execution has ended; then the connection is closed with code 1000',
      'and a reason. A refused upgrade is an ordinary HTTP answer. A foreign `Origin` is refused (403).',
      'Without upgrade: the log as plain text, streamed while the execution runs.',
    ].join(' '),
    query: executionLogsQuery,
    reply: z.string(),
    replyType: 'text',
    successStatus: 200,
    otherStatuses: { 101: 'The connection is a WebSocket now.' },
  },
  getExecution: {
    method: 'GET',
    path: '/execution/:id',
    who: 'authenticated',
    summary: 'All that is known of an execution',
    params: executionParams,
    reply: executionDetailReply,
    replyType: 'json',
    successStatus: 200,
  },
  readExecutionLog: {
    method: 'GET',
    path: '/execution/:id/log',
    who: 'authenticated',
    summary: 'The log of an execution as plain text',
    description: 'What is stored now; with `follow` until the execution has ended.',
    params: executionParams,
    query: readLogQuery,
    reply: z.string(),
    replyType: 'text',
    successStatus: 200,
  },
  /** Repeatable. 409 once the execution is final. */
  cancelExecution: {
    method: 'POST',
    path: '/execution/:id/cancel',
    who: 'authenticated',
    summary: 'Stop an execution',
    description: 'May be repeated.',
    params: executionParams,
    reply: executionReply,
    replyType: 'json',
    successStatus: 200,
    otherStatuses: { 409: 'It has ended already.' },
  },
  /** With the proc as it is now; secret args are taken over unseen. */
  rerunExecution: {
    method: 'POST',
    path: '/execution/:id/rerun',
    who: 'authenticated',
    summary: 'Execute the proc again with the same args',
    description: 'With the proc as it is now. Secret args are taken over unseen.',
    params: executionParams,
    reply: executionReply,
    replyType: 'json',
    successStatus: 201,
    takesIdempotencyKey: true,
    otherStatuses: { 429: 'Too much is waiting already, or the proc refuses what it has no slot for.' },
  },
  listProcs: {
    method: 'GET',
    path: '/metadata',
    who: 'authenticated',
    summary: 'The procs that the caller may execute',
    description: 'Admins see all.',
    reply: listProcsReply,
    replyType: 'json',
    successStatus: 200,
  },
  registerProcs: {
    method: 'POST',
    path: '/metadata',
    who: 'admin',
    summary: 'Register procs, or replace them; all or none',
    body: registerProcsBody,
    malformedMessage: 'malformed request',
    reply: null,
    replyType: 'empty',
    successStatus: 201,
  },
  getProc: {
    method: 'GET',
    path: '/metadata/:name',
    who: 'authenticated',
    summary: 'One proc, if the caller may execute it',
    params: procParams,
    reply: procReply,
    replyType: 'json',
    successStatus: 200,
    otherStatuses: { 403: 'The caller is not in all groups of the proc.' },
  },
  /** 409 while it has schedules or executions that have not ended. Its history stays. */
  removeProc: {
    method: 'DELETE',
    path: '/metadata/:name',
    who: 'admin',
    summary: 'Remove a proc and its secrets',
    description: 'The history of its executions stays.',
    params: procParams,
    reply: null,
    replyType: 'empty',
    successStatus: 204,
    otherStatuses: { 409: 'It has schedules, or executions that have not ended.' },
  },
  setSecrets: {
    method: 'POST',
    path: '/secret',
    who: 'admin',
    summary: 'Set secrets of a proc',
    description: 'No route ever gives a value back.',
    body: setSecretsBody,
    malformedMessage: 'malformed request',
    reply: null,
    replyType: 'empty',
    successStatus: 201,
  },
  listSecrets: {
    method: 'GET',
    path: '/secret/:name',
    who: 'admin',
    summary: 'Names of the secrets that are set for a proc',
    params: procParams,
    reply: listSecretsReply,
    replyType: 'json',
    successStatus: 200,
  },
  removeSecret: {
    method: 'DELETE',
    path: '/secret/:name/:secret',
    who: 'admin',
    summary: 'Forget a secret of a proc',
    params: secretParams,
    reply: null,
    replyType: 'empty',
    successStatus: 204,
  },
  createSchedule: {
    method: 'POST',
    path: '/schedule',
    who: 'authenticated',
    summary: 'Execute a proc again and again',
    description:
      'What is left out of the body is refused with a text of its own: tags, cron, notificationEmails and group are needed.',
    body: createScheduleBody,
    malformedMessage: SCHEDULE_TEXTS.malformed,
    reply: scheduleReply,
    replyType: 'json',
    successStatus: 201,
    otherStatuses: {
      403: 'The caller is not in all groups of the proc.',
      404: 'There is no such proc.',
      409: 'The proc is scheduled with the same args already.',
    },
  },
  listSchedules: {
    method: 'GET',
    path: '/schedule',
    who: 'authenticated',
    summary: 'Enabled schedules of procs that the caller may execute; 204 if there is none',
    reply: listSchedulesReply,
    replyType: 'json',
    successStatus: 200,
    otherStatuses: { 204: 'There is none.' },
  },
  getSchedule: {
    method: 'GET',
    path: '/schedule/:id',
    who: 'authenticated',
    summary: 'One schedule',
    params: scheduleParams,
    reply: scheduleReply,
    replyType: 'json',
    successStatus: 200,
  },
  updateSchedule: {
    method: 'PATCH',
    path: '/schedule/:id',
    who: 'authenticated',
    summary: 'Change a schedule',
    description: 'What is left out stays. Only its owner and admins give it other args.',
    params: scheduleParams,
    body: updateScheduleBody,
    malformedMessage: SCHEDULE_TEXTS.malformed,
    reply: scheduleReply,
    replyType: 'json',
    successStatus: 200,
    otherStatuses: { 409: 'The proc is scheduled with the same args already.' },
  },
  removeSchedule: {
    method: 'DELETE',
    path: '/schedule/:id',
    who: 'authenticated',
    summary: 'Remove a schedule',
    params: scheduleParams,
    reply: z.literal(SCHEDULE_TEXTS.deleted),
    replyType: 'text',
    successStatus: 200,
  },
  whoAmI: {
    method: 'GET',
    path: '/whoami',
    who: 'authenticated',
    summary: 'Who the gateway takes the caller for',
    reply: whoAmIReply,
    replyType: 'json',
    successStatus: 200,
  },
  listUsers: {
    method: 'GET',
    path: '/user',
    who: 'admin',
    summary: 'Accounts, by e-mail',
    query: listUsersQuery,
    reply: listUsersReply,
    replyType: 'json',
    successStatus: 200,
  },
  createUser: {
    method: 'POST',
    path: '/user',
    who: 'admin',
    summary: 'Make an account, of a person or of a program',
    description: 'Groups that do not exist are made.',
    body: createUserBody,
    reply: userReply,
    replyType: 'json',
    successStatus: 201,
    otherStatuses: { 409: 'There is such an account already.' },
  },
  getUser: {
    method: 'GET',
    path: '/user/:email',
    who: 'admin',
    summary: 'One account',
    params: userParams,
    reply: userReply,
    replyType: 'json',
    successStatus: 200,
  },
  updateUser: {
    method: 'PATCH',
    path: '/user/:email',
    who: 'admin',
    summary: 'Change an account, or switch it off',
    description: 'What is left out stays; `groups` replaces all memberships.',
    params: userParams,
    body: updateUserBody,
    reply: userReply,
    replyType: 'json',
    successStatus: 200,
    otherStatuses: { 409: 'It would leave no admin.' },
  },
  /** What it did stays in history and audit. */
  removeUser: {
    method: 'DELETE',
    path: '/user/:email',
    who: 'admin',
    summary: 'Remove an account and its tokens',
    description: 'What it did stays in history and audit.',
    params: userParams,
    reply: null,
    replyType: 'empty',
    successStatus: 204,
    otherStatuses: { 409: 'It would leave no admin.' },
  },
  listGroups: {
    method: 'GET',
    path: '/group',
    who: 'admin',
    summary: 'Groups, by name',
    query: listGroupsQuery,
    reply: listGroupsReply,
    replyType: 'json',
    successStatus: 200,
  },
  createGroup: {
    method: 'POST',
    path: '/group',
    who: 'admin',
    summary: 'Make a group',
    body: createGroupBody,
    reply: groupReply,
    replyType: 'json',
    successStatus: 201,
    otherStatuses: { 409: 'There is such a group already.' },
  },
  /** 409 while a proc asks for it. */
  removeGroup: {
    method: 'DELETE',
    path: '/group/:name',
    who: 'admin',
    summary: 'Remove a group',
    params: groupParams,
    reply: null,
    replyType: 'empty',
    successStatus: 204,
    otherStatuses: { 409: 'A proc asks for it, or admins are made by it.' },
  },
  /** Repeatable. */
  addMember: {
    method: 'PUT',
    path: '/group/:name/member/:email',
    who: 'admin',
    summary: 'Add an account to a group',
    description: 'May be repeated.',
    params: memberParams,
    reply: null,
    replyType: 'empty',
    successStatus: 204,
  },
  /** Repeatable. */
  removeMember: {
    method: 'DELETE',
    path: '/group/:name/member/:email',
    who: 'admin',
    summary: 'Take an account out of a group',
    description: 'May be repeated.',
    params: memberParams,
    reply: null,
    replyType: 'empty',
    successStatus: 204,
    otherStatuses: { 409: 'It would leave no admin.' },
  },
  listTokens: {
    method: 'GET',
    path: '/token',
    who: 'authenticated',
    summary: "Tokens without their values: own ones, for admins anybody's",
    query: listTokensQuery,
    reply: listTokensReply,
    replyType: 'json',
    successStatus: 200,
    otherStatuses: { 403: "Somebody else's tokens are for admins." },
  },
  createToken: {
    method: 'POST',
    path: '/token',
    who: 'authenticated',
    summary: 'Make a token; it is shown once',
    description: [
      'Without `email`: for the caller. Asked for with a token that expires, it lives no longer than that one,',
      'also when a longer time was wished: `expires_at` of the reply shows until when.',
    ].join(' '),
    body: createTokenBody,
    reply: createTokenReply,
    replyType: 'json',
    successStatus: 201,
    otherStatuses: {
      403: 'Only admins make tokens for others.',
      404: 'There is no such account.',
      409: 'The caller has no account here: the tokens come from elsewhere.',
    },
  },
  /** Repeatable. */
  revokeToken: {
    method: 'DELETE',
    path: '/token/:id',
    who: 'authenticated',
    summary: 'Revoke a token',
    description: 'May be repeated. Only admins revoke tokens of others.',
    params: tokenParams,
    reply: null,
    replyType: 'empty',
    successStatus: 204,
  },
  listAudit: {
    method: 'GET',
    path: '/audit',
    who: 'admin',
    summary: 'Who did what, newest first',
    query: listAuditQuery,
    reply: listAuditReply,
    replyType: 'json',
    successStatus: 200,
  },
  exportAudit: {
    method: 'GET',
    path: '/audit/export',
    who: 'admin',
    summary: 'Who did what, oldest first, one JSON object a line',
    query: exportAuditQuery,
    reply: z.string(),
    replyType: 'jsonl',
    successStatus: 200,
  },
  getSignIn: {
    method: 'GET',
    path: '/auth',
    who: 'anyone',
    summary: 'How people sign in here',
    reply: signInReply,
    replyType: 'json',
    successStatus: 200,
  },
  startSignIn: {
    method: 'POST',
    path: '/auth/device',
    who: 'anyone',
    summary: 'Begin to sign in with the device flow',
    reply: startSignInReply,
    replyType: 'json',
    successStatus: 200,
    otherStatuses: {
      404: 'People do not sign in with the device flow here.',
      503: 'The issuer cannot be reached.',
    },
  },
  pollSignIn: {
    method: 'POST',
    path: '/auth/device/token',
    who: 'anyone',
    summary: 'Whether the sign-in is done',
    body: pollSignInBody,
    reply: pollSignInReply,
    replyType: 'json',
    successStatus: 200,
    otherStatuses: {
      404: 'People do not sign in with the device flow here.',
      503: 'The issuer cannot be reached.',
    },
  },
  refreshSignIn: {
    method: 'POST',
    path: '/auth/refresh',
    who: 'anyone',
    summary: 'A new token before the old one expires',
    body: refreshSignInBody,
    reply: pollSignInReply,
    replyType: 'json',
    successStatus: 200,
    otherStatuses: {
      404: 'People do not sign in with the device flow here.',
      503: 'The issuer cannot be reached.',
    },
  },
  ping: {
    method: 'GET',
    path: '/ping',
    who: 'anyone',
    summary: 'pong',
    reply: z.literal('pong'),
    replyType: 'text',
    successStatus: 200,
  },
  healthLive: {
    method: 'GET',
    path: '/health/live',
    who: 'anyone',
    summary: 'The process answers',
    reply: healthLiveReply,
    replyType: 'json',
    successStatus: 200,
  },
  healthReady: {
    method: 'GET',
    path: '/health/ready',
    who: 'anyone',
    summary: 'Whether requests can be served, and what is away',
    reply: healthReadyReply,
    replyType: 'json',
    successStatus: 200,
    otherStatuses: { 503: 'Nothing can be accepted now.' },
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    who: 'anyone',
    summary: 'Metrics for Prometheus',
    reply: z.string(),
    replyType: 'text',
    successStatus: 200,
  },
  openApi: {
    method: 'GET',
    path: '/openapi.json',
    who: 'anyone',
    summary: 'This API as an OpenAPI 3.1 document',
    reply: z.record(z.string(), z.unknown()),
    replyType: 'json',
    successStatus: 200,
  },
  swagger: {
    method: 'GET',
    path: '/swagger.yml',
    who: 'anyone',
    summary: 'The same as YAML',
    reply: z.string(),
    replyType: 'text',
    successStatus: 200,
  },
  docs: {
    method: 'GET',
    path: '/docs',
    who: 'anyone',
    summary: 'This API as a page',
    reply: z.string(),
    replyType: 'html',
    successStatus: 200,
  },
  docsAsset: {
    method: 'GET',
    path: '/docs/:file',
    who: 'anyone',
    summary: 'What the page consists of',
    params: docsAssetParams,
    reply: z.string(),
    replyType: 'file',
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

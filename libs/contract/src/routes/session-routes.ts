import { createSessionBody, createSessionReply, listSessionsReply, sessionParams } from '../session.js';
import type { Route } from './route.js';

export const sessionRoutes = {
  createSession: {
    method: 'POST',
    path: '/session',
    who: 'anyone',
    summary: 'Sign a browser in',
    description: [
      'For the console: programs send their credentials with each request instead. Answers with a cookie, which the',
      'browser sends by itself; requests that it comes with, other than GET and HEAD, must come from a page of the',
      'gateway. Ends the session that the request was made with.',
    ].join(' '),
    body: createSessionBody,
    reply: createSessionReply,
    replyType: 'json',
    successStatus: 201,
    otherStatuses: {
      401: 'The email or the token is wrong.',
      403: 'From a page of another site, or with the token of a workload.',
      409: 'Authentication is off, or the browser does not reach the gateway over https.',
    },
  },
  listSessions: {
    method: 'GET',
    path: '/session',
    who: 'authenticated',
    scope: 'admin',
    allowsProcLimit: false,
    summary: "List the caller's sessions, the last opened first",
    reply: listSessionsReply,
    replyType: 'json',
    successStatus: 200,
  },
  /** Repeatable. */
  endOwnSession: {
    method: 'DELETE',
    path: '/session',
    who: 'anyone',
    summary: 'Sign this browser out',
    description: 'May be repeated.',
    reply: null,
    replyType: 'empty',
    successStatus: 204,
  },
  /** Repeatable. */
  endSession: {
    method: 'DELETE',
    path: '/session/:id',
    who: 'authenticated',
    scope: 'admin',
    allowsProcLimit: false,
    summary: "End one of the caller's sessions",
    description: 'May be repeated. Its open streams end, too.',
    params: sessionParams,
    reply: null,
    replyType: 'empty',
    successStatus: 204,
  },
} as const satisfies Record<string, Route>;

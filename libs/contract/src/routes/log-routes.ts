import { executionParams } from '../execution.js';
import { logLinesQuery, logLinesReply, searchLogQuery, searchLogReply } from '../log-lines.js';
import type { Route } from './route.js';

export const logRoutes = {
  readLogLines: {
    method: 'GET',
    path: '/execution/:id/log/lines',
    who: 'authenticated',
    scope: 'read',
    allowsProcLimit: true,
    summary: 'Read some lines of a log by their numbers',
    description: 'Without `from` and `to`, the last lines. Returns fewer lines if they are long.',
    params: executionParams,
    query: logLinesQuery,
    reply: logLinesReply,
    replyType: 'json',
    successStatus: 200,
  },
  searchLog: {
    method: 'GET',
    path: '/execution/:id/log/search',
    who: 'authenticated',
    scope: 'read',
    allowsProcLimit: true,
    summary: 'Find a text in the whole log',
    params: executionParams,
    query: searchLogQuery,
    reply: searchLogReply,
    isCostly: true,
    replyType: 'json',
    successStatus: 200,
  },
} as const satisfies Record<string, Route>;

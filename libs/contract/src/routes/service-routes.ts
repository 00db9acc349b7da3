import * as z from 'zod';
import { healthLiveReply, healthReadyReply } from '../health.js';
import type { Route } from './route.js';

const docsAssetParams = z.object({ file: z.string().regex(/^[A-Za-z0-9.-]{1,100}$/) });

export const serviceRoutes = {
  ping: {
    method: 'GET',
    path: '/ping',
    who: 'anyone',
    summary: 'Answer pong',
    reply: z.literal('pong'),
    replyType: 'text',
    successStatus: 200,
  },
  healthLive: {
    method: 'GET',
    path: '/health/live',
    who: 'anyone',
    summary: 'Check that the process is alive',
    reply: healthLiveReply,
    replyType: 'json',
    successStatus: 200,
  },
  healthReady: {
    method: 'GET',
    path: '/health/ready',
    who: 'anyone',
    summary: 'Check that requests can be served, and which dependencies are unavailable',
    reply: healthReadyReply,
    replyType: 'json',
    successStatus: 200,
    otherStatuses: { 503: 'The gateway cannot accept requests.' },
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    who: 'anyone',
    summary: 'Read metrics for Prometheus',
    reply: z.string(),
    replyType: 'text',
    successStatus: 200,
  },
  openApi: {
    method: 'GET',
    path: '/openapi.json',
    who: 'anyone',
    summary: 'Read this API as an OpenAPI 3.1 document',
    reply: z.record(z.string(), z.unknown()),
    replyType: 'json',
    successStatus: 200,
  },
  swagger: {
    method: 'GET',
    path: '/swagger.yml',
    who: 'anyone',
    summary: 'Read the OpenAPI document as YAML',
    reply: z.string(),
    replyType: 'text',
    successStatus: 200,
  },
  docs: {
    method: 'GET',
    path: '/docs',
    who: 'anyone',
    summary: 'Browse this API',
    reply: z.string(),
    replyType: 'html',
    successStatus: 200,
  },
  docsAsset: {
    method: 'GET',
    path: '/docs/:file',
    who: 'anyone',
    summary: 'Load an asset of the API page',
    params: docsAssetParams,
    reply: z.string(),
    replyType: 'file',
    successStatus: 200,
  },
} as const satisfies Record<string, Route>;

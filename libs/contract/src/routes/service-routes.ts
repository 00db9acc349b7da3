import { z } from 'zod';
import { healthLiveReply, healthReadyReply } from '../health.js';
import type { Route } from './route.js';

const docsAssetParams = z.object({ file: z.string().regex(/^[A-Za-z0-9.-]{1,100}$/) });

export const serviceRoutes = {
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

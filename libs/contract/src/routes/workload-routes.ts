import { createWorkloadBody, listWorkloadsReply, workloadParams, workloadReply } from '../workload.js';
import type { Route } from './route.js';

export const workloadRoutes = {
  listWorkloads: {
    method: 'GET',
    path: '/workload',
    who: 'admin',
    summary: 'List the rules for tokens of workloads',
    reply: listWorkloadsReply,
    replyType: 'json',
    successStatus: 200,
  },
  createWorkload: {
    method: 'POST',
    path: '/workload',
    who: 'admin',
    summary: 'Let tokens of a CI system or a cluster sign in as a service account',
    description: [
      'A token counts if its issuer signed it, it is valid for at most 24 hours, and one rule matches; the most specific one',
      'decides. A rule created with a token ends when that is revoked, or its account is disabled or removed.',
    ].join(' '),
    body: createWorkloadBody,
    reply: workloadReply,
    replyType: 'json',
    successStatus: 201,
    otherStatuses: {
      404: 'The account or a proc does not exist.',
      409: 'The name is taken, the account is no active service account, people sign in with this issuer and audience, there are 200 rules, or authentication is off.',
    },
  },
  getWorkload: {
    method: 'GET',
    path: '/workload/:name',
    who: 'admin',
    summary: 'Show a rule for tokens of workloads',
    params: workloadParams,
    reply: workloadReply,
    replyType: 'json',
    successStatus: 200,
  },
  removeWorkload: {
    method: 'DELETE',
    path: '/workload/:name',
    who: 'admin',
    summary: 'Remove a rule for tokens of workloads',
    description: 'Within five seconds its tokens are refused.',
    params: workloadParams,
    reply: null,
    replyType: 'empty',
    successStatus: 204,
  },
} as const satisfies Record<string, Route>;

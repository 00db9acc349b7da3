import {
  listPodTemplatesReply,
  podTemplateBody,
  podTemplateParams,
  podTemplateReply,
} from '../pod-template.js';
import type { Route } from './route.js';

export const podTemplateRoutes = {
  listPodTemplates: {
    method: 'GET',
    path: '/pod-template',
    who: 'admin',
    summary: 'List the pod templates',
    reply: listPodTemplatesReply,
    replyType: 'json',
    successStatus: 200,
  },
  applyPodTemplate: {
    method: 'PUT',
    path: '/pod-template/:name',
    who: 'admin',
    summary: 'Create or replace a pod template',
    description:
      'Executions that were accepted before keep its earlier content. Refuses what `PROCTOR_ALLOWED_*` do not list, and what contradicts a proc that uses it.',
    params: podTemplateParams,
    body: podTemplateBody,
    maxBodyValues: 10_000,
    malformedMessage: 'The pod template has errors',
    reply: podTemplateReply,
    isCostly: true,
    replyType: 'json',
    successStatus: 200,
  },
  getPodTemplate: {
    method: 'GET',
    path: '/pod-template/:name',
    who: 'admin',
    summary: 'Show a pod template',
    params: podTemplateParams,
    reply: podTemplateReply,
    replyType: 'json',
    successStatus: 200,
  },
  removePodTemplate: {
    method: 'DELETE',
    path: '/pod-template/:name',
    who: 'admin',
    summary: 'Remove a pod template that no proc uses',
    params: podTemplateParams,
    reply: null,
    replyType: 'empty',
    successStatus: 204,
    otherStatuses: { 409: 'A proc uses it.' },
  },
} as const satisfies Record<string, Route>;

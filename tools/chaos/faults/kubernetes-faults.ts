import type { RequestFault } from '@app/kube-sandbox';
import { choose, nothingToHeal, type Inject } from './fault.js';

/** The requests that a fault may hit. */
const TARGETS: Pick<RequestFault, 'verb' | 'resource'>[] = [
  {},
  { verb: 'create' },
  { resource: 'pods' },
  { resource: 'jobs' },
  { verb: 'watch' },
  { resource: 'secrets' },
  { resource: 'log' },
  { verb: 'delete' },
];

/** What a quota or a webhook may refuse. */
const REFUSED = ['jobs', 'pods', 'secrets'] as const;

const failing =
  (effect: RequestFault['effect']): Inject =>
  ({ sandbox }, { how }) =>
    sandbox.add('failRequests', { ...choose(TARGETS, how), effect });

export const KUBERNETES_FAULTS = {
  'kubernetes 429': failing({ kind: 'status', code: 429, retryAfterSeconds: 1 }),
  'kubernetes 500': failing({ kind: 'status', code: 500 }),
  'kubernetes 410': async ({ sandbox }) => {
    const effect = { kind: 'status', code: 410, message: 'too old resource version: 1 (2)' } as const;
    await sandbox.once('dropWatches');
    return sandbox.add('failRequests', { verb: 'watch', effect });
  },
  'kubernetes hang': failing({ kind: 'hang' }),
  'kubernetes reset': failing({ kind: 'reset' }),
  'kubernetes lost answer': ({ sandbox }, { how }) => {
    const verb = choose(['create', 'create', 'delete'] as const, how);
    const kind = choose(['reset', 'hang'] as const, (how * 100) % 1);
    return sandbox.add('failRequests', { verb, when: 'after', effect: { kind } });
  },
  'kubernetes dropped watches': async ({ sandbox }) => {
    await sandbox.once('dropWatches');
    return nothingToHeal;
  },
  'quota full': ({ sandbox }, { how }) => sandbox.add('setQuota', { [choose(REFUSED, how)]: 0 }),
  'webhook away': ({ sandbox }, { how }) => {
    const kind = choose(['down', 'hang'] as const, (how * 100) % 1);
    const webhook = { name: 'chaos.example.com', resource: choose(REFUSED, how), effect: { kind } };
    return sandbox.add('addWebhook', webhook);
  },
  'logs cut': async ({ sandbox }, { how }) => {
    await sandbox.once('cutLogs');
    return sandbox.add('cutLogsAfter', Math.round(how * 20_000), 50);
  },
  'logs slow': ({ sandbox }, { how }) => sandbox.add('slowLogs', Math.round(1_000 + how * 50_000)),
  'pods lost with their node': async ({ sandbox }, { how }) => {
    await sandbox.once('loseNode', choose(['fail', 'delete'] as const, how));
    return nothingToHeal;
  },
  'pods killed': async ({ sandbox }, { how }) => {
    await sandbox.once('killPods', choose(['OOMKilled', 'Evicted'] as const, how));
    return nothingToHeal;
  },
  'pods drained': async ({ sandbox }) => {
    await sandbox.once('evictPods');
    return nothingToHeal;
  },
  'kubernetes finalizers': ({ sandbox }, { how }) =>
    sandbox.add('setFinalizer', choose(['jobs', 'pods'] as const, how), 'chaos.example.com/held'),
} satisfies Record<string, Inject>;

import { pauseQuietly } from '@app/timing';
import { ApiError } from '../objects/api-error.js';
import { type Draft, recordAt } from '../objects/draft.js';
import type { ResourceName } from '../objects/kube-object.js';
import type { ObjectStore } from '../objects/object-store.js';
import { qualifiedName } from '../objects/resources.js';
import { type PodSecurityLevel, podSecurityProblem } from './pod-security.js';
import { type ObjectQuota, quotaProblem } from './quota.js';
import { refusalOf, type Webhook, WEBHOOK_TIMEOUT_MS } from './webhook.js';

/** What the API server asks before it stores a new object: webhooks, Pod Security, and last the quota. */
export class Admission {
  quota: ObjectQuota = {};
  podSecurity: PodSecurityLevel = 'privileged';
  private webhooks: Webhook[] = [];

  /** A webhook replaces the one with its name. */
  addWebhook(webhook: Webhook): void {
    this.removeWebhook(webhook.name);
    this.webhooks.push(webhook);
  }

  removeWebhook(name: string): void {
    this.webhooks = this.webhooks.filter((one) => one.name !== name);
  }

  clear(): void {
    this.quota = {};
    this.podSecurity = 'privileged';
    this.webhooks = [];
  }

  /** Waits as long as the API server would wait for a webhook that hangs. */
  async untilWebhooksAnswer(resource: ResourceName, signal: AbortSignal): Promise<void> {
    const isHanging = this.webhooks.some((one) => one.resource === resource && one.effect.kind === 'hang');
    if (isHanging) await pauseQuietly(WEBHOOK_TIMEOUT_MS, signal);
  }

  /** What the API server warns about: a Job whose pods Pod Security would refuse. */
  warnings(resource: ResourceName, object: Draft): string[] {
    const podSpec = recordAt(recordAt(recordAt(object, 'spec'), 'template'), 'spec');
    const problem = resource === 'jobs' ? podSecurityProblem(this.podSecurity, podSpec) : null;
    return problem === null ? [] : [`would ${problem.replace(/^violates/, 'violate')}`];
  }

  /** Why the object may not be created; null: it may. */
  refusal(
    store: ObjectStore,
    resource: ResourceName,
    namespace: string,
    object: Draft,
    isDryRun = false,
  ): ApiError | null {
    const webhook = this.webhooks.find((one) => one.resource === resource);
    if (webhook) return refusalOf(webhook, isDryRun);
    const isPod = resource === 'pods';
    const problem =
      (isPod ? podSecurityProblem(this.podSecurity, recordAt(object, 'spec')) : null) ??
      quotaProblem(this.quota, store, resource, namespace);
    if (problem === null) return null;
    const name = String(recordAt(object, 'metadata')['name']);
    const message = `${qualifiedName(resource)} "${name}" is forbidden: ${problem}`;
    return new ApiError(403, 'Forbidden', message, { details: { name, kind: resource } });
  }
}

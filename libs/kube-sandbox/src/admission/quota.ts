import { isPodTerminal, type ResourceName } from '../objects/kube-object.js';
import type { ObjectStore } from '../objects/object-store.js';

/** How many objects each namespace may hold. Omitted: any number. Only pods that have not ended count. */
export interface ObjectQuota {
  jobs?: number;
  pods?: number;
  secrets?: number;
}

/** The names of the limits in a ResourceQuota. */
const LIMIT_NAMES = { jobs: 'count/jobs.batch', pods: 'pods', secrets: 'secrets' } as const;

/** What the quota says against one more object, as Kubernetes words it; null: nothing. */
export function quotaProblem(
  quota: ObjectQuota,
  store: ObjectStore,
  resource: ResourceName,
  namespace: string,
): string | null {
  const limit = isCounted(resource) ? quota[resource] : undefined;
  if (limit === undefined || !isCounted(resource)) return null;
  const used =
    resource === 'pods'
      ? store.list('pods', namespace).filter((pod) => !isPodTerminal(pod)).length
      : store.list(resource, namespace).length;
  if (used < limit) return null;
  const name = LIMIT_NAMES[resource];
  return `exceeded quota: sandbox, requested: ${name}=1, used: ${name}=${used}, limited: ${name}=${limit}`;
}

function isCounted(resource: ResourceName): resource is keyof ObjectQuota {
  return resource in LIMIT_NAMES;
}

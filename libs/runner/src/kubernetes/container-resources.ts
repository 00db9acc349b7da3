import { compareQuantities, type PodResources } from '@app/domain';
import type { ContainerResources } from './kubernetes-settings.js';

/**
 * Merges the proc's requests and limits over the defaults. If the proc states only one of the two, a conflicting default
 * is adjusted to it, because Kubernetes rejects a request above its limit. Pure; quantities must be valid.
 */
export function mergeResources(
  stated: PodResources | null,
  defaults: ContainerResources,
): { requests: Record<string, string>; limits: Record<string, string> } {
  const requests = { ...defaults.requests, ...stated?.requests };
  const limits = { ...defaults.limits, ...stated?.limits };
  for (const [name, request] of Object.entries(requests)) {
    const limit = limits[name];
    if (limit === undefined || compareQuantities(request, limit) <= 0) continue;
    if (stated && Object.hasOwn(stated.limits, name)) requests[name] = limit;
    else limits[name] = request;
  }
  return { requests, limits };
}

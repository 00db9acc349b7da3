import type { ErrorDetail } from '../app-error.js';
import { quoteForMessage } from './env-value.js';
import { isQualifiedName } from './kubernetes-names.js';
import type { PodResources } from './pod-settings.js';
import { isWhole, parseQuantity } from './quantity.js';

export const MAX_RESOURCES = 20;

const STANDARD_NAMES = ['cpu', 'memory', 'ephemeral-storage'];
/** Kubernetes stores CPU in thousandths. */
const CPU_STEP_NANOS = 1_000_000n;

/** Lists resources that Kubernetes would reject or could never satisfy. `field` starts with `pod.resources`. */
export function checkPodResources(resources: PodResources | null): ErrorDetail[] {
  if (resources === null) return [];
  const problems = [...checkList('requests', resources.requests), ...checkList('limits', resources.limits)];
  return problems.length > 0 ? problems : checkPairs(resources);
}

function checkList(list: keyof PodResources, quantities: Readonly<Record<string, string>>): ErrorDetail[] {
  const entries = Object.entries(quantities);
  if (entries.length > MAX_RESOURCES) {
    return [
      {
        field: `pod.resources.${list}`,
        message: `at most ${MAX_RESOURCES} resources are allowed, got ${entries.length}`,
      },
    ];
  }
  return entries.flatMap(([name, quantity]) => {
    const message = describeNameProblem(name) ?? describeQuantityProblem(name, quantity);
    return message === null ? [] : [{ field: fieldOf(list, name), message }];
  });
}

function describeNameProblem(name: string): string | null {
  if (STANDARD_NAMES.includes(name)) return null;
  if (isExtended(name) && isQualifiedName(name) && !name.startsWith('requests.')) return null;
  return `expected ${STANDARD_NAMES.join(', ')} or a resource such as example.com/gpu, got ${quoteForMessage(name)}`;
}

function describeQuantityProblem(name: string, text: string): string | null {
  const nanos = parseQuantity(text);
  const shown = quoteForMessage(text);
  if (nanos === null || nanos === 0n)
    return `expected a positive quantity such as 100m, 1.5 or 128Mi, got ${shown}`;
  if (name === 'cpu') {
    return nanos % CPU_STEP_NANOS === 0n
      ? null
      : `expected CPU in steps of 1m (one thousandth), got ${shown}; round it up`;
  }
  if (isWhole(nanos)) return null;
  return isExtended(name)
    ? `expected a whole number, got ${shown}`
    : `expected whole bytes such as 128Mi, got ${shown}; m means thousandths`;
}

function checkPairs({ requests, limits }: PodResources): ErrorDetail[] {
  return Object.entries(requests).flatMap(([name, request]) => {
    const limit = Object.hasOwn(limits, name) ? limits[name] : undefined;
    const message = describePairProblem(name, request, limit);
    return message === null ? [] : [{ field: fieldOf('requests', name), message }];
  });
}

function describePairProblem(name: string, request: string, limit: string | undefined): string | null {
  if (limit === undefined) {
    return isExtended(name)
      ? 'needs a limit of the same amount, because it cannot be overcommitted; add one'
      : null;
  }
  const [requested, limited] = [parseQuantity(request) ?? 0n, parseQuantity(limit) ?? 0n];
  if (isExtended(name) && requested !== limited) {
    return `must equal the limit (${limit}), because it cannot be overcommitted, got ${request}`;
  }
  return requested > limited
    ? `must not exceed the limit (${limit}), got ${request}; lower it or raise the limit`
    : null;
}

/** Extended resources, such as devices, are counted in whole units. */
function isExtended(name: string): boolean {
  return name.includes('/');
}

function fieldOf(list: keyof PodResources, name: string): string {
  return `pod.resources.${list}.${name.slice(0, 100)}`;
}

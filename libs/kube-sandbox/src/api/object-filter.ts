import { parseFieldSelector } from '../objects/field-selector.js';
import type { AnyObject } from '../objects/kube-object.js';
import { parseLabelSelector, type Predicate } from '../objects/label-selector.js';
import type { ResourceRoute } from './parse-route.js';

/** Selects the objects of a list, watch or collection delete. Throws 400 for invalid selectors. */
export function objectFilter(
  { resource, namespace }: ResourceRoute,
  query: URLSearchParams,
): Predicate<AnyObject> {
  const hasLabels = parseLabelSelector(query.get('labelSelector') ?? '');
  const hasFields = parseFieldSelector(resource, query.get('fieldSelector') ?? '');
  return (object) =>
    (!namespace || object.metadata.namespace === namespace) &&
    hasLabels(object.metadata.labels ?? {}) &&
    hasFields(object);
}

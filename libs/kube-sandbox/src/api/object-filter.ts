import { parseFieldSelector } from '../objects/field-selector.js';
import type { AnyObject } from '../objects/kube-object.js';
import { parseLabelSelector, type Predicate } from '../objects/label-selector.js';
import type { ResourceRoute } from './parse-route.js';

/** Which objects a list, watch or collection delete is about. Throws 400 for selectors that can't be parsed. */
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

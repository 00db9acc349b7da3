import { badRequest } from './api-error.js';
import type { AnyObject, ResourceName } from './kube-object.js';
import type { Predicate } from './label-selector.js';

const EVERYWHERE = ['metadata.name', 'metadata.namespace'];

/** The selectable fields of each resource, as in Kubernetes. */
const SELECTABLE: Record<ResourceName, readonly string[]> = {
  namespaces: [...EVERYWHERE, 'status.phase'],
  pods: [...EVERYWHERE, 'status.phase', 'spec.nodeName', 'spec.restartPolicy', 'spec.serviceAccountName'],
  secrets: [...EVERYWHERE, 'type'],
  serviceaccounts: EVERYWHERE,
  configmaps: EVERYWHERE,
  jobs: [...EVERYWHERE, 'status.successful'],
  events: [
    ...EVERYWHERE,
    ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
      (f) => `involvedObject.${f}`,
    ),
    ...['reason', 'reportingComponent', 'source', 'type'],
  ],
};

/** Parses e.g. `metadata.name=x,status.phase!=Running`. Throws a 400 `ApiError` for unknown fields or invalid syntax. */
export function parseFieldSelector(resource: ResourceName, text: string): Predicate<AnyObject> {
  const parts = text.trim() === '' ? [] : text.split(',').map((part) => parsePart(resource, part, text));
  return (object) => parts.every((matches) => matches(object));
}

function parsePart(resource: ResourceName, part: string, whole: string): Predicate<AnyObject> {
  const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(part.trim());
  if (!match) throw badRequest(`invalid selector: '${whole}'; can't understand '${part}'`);
  const [, field, operator, value] = match as unknown as [string, string, string, string];
  if (!SELECTABLE[resource].includes(field)) throw badRequest(`field label not supported: ${field}`);
  if (operator === '!=') return (object) => readField(object, field) !== value;
  return (object) => readField(object, field) === value;
}

function readField(object: AnyObject, path: string): string {
  if (path === 'status.successful') return readField(object, 'status.succeeded') || '0';
  if (path === 'source') return readField(object, 'source.component');
  let value: unknown = object;
  for (const step of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[step];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

import type { Verb } from '../faults.js';
import { badRequest } from '../objects/api-error.js';
import type { ResourceName } from '../objects/kube-object.js';
import { RESOURCE_NAMES, RESOURCES } from '../objects/resources.js';

const POD_SUBRESOURCES = ['log', 'eviction'] as const;
type Subresource = (typeof POD_SUBRESOURCES)[number];

export interface ResourceRoute {
  kind: 'resource';
  resource: ResourceName;
  /** Undefined: all namespaces. '' for namespaces themselves. */
  namespace: string | undefined;
  /** Undefined: the collection. */
  name: string | undefined;
  subresource: Subresource | undefined;
}

/** Splits the target of a request. Throws 400 if it is no path. */
export function parseTarget(target: string): { pathname: string; query: URLSearchParams } {
  // Not by resolution: `//name/path` would be a host.
  const url = target.startsWith('/') ? `https://localhost${target}` : '';
  if (!URL.canParse(url)) throw badRequest(`${JSON.stringify(target)} is not a path`);
  const { pathname, searchParams: query } = new URL(url);
  return { pathname, query };
}

/**
 * Parses the path of a resource; null for any other path. Discovery and health paths are matched elsewhere. Throws 400 for
 * an escape that is no character.
 */
export function parseRoute(path: string): ResourceRoute | null {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
  const group = parts[0] === 'api' ? '' : parts[1];
  const rest = parts[0] === 'api' ? parts.slice(2) : parts.slice(3);
  const version = parts[0] === 'api' ? parts[1] : parts[2];
  if ((parts[0] !== 'api' && parts[0] !== 'apis') || version !== 'v1' || rest.length === 0) return null;
  const isScoped = rest[0] === 'namespaces' && rest.length > 2;
  const [resourceName, name, subresourceName, ...excess] = isScoped ? rest.slice(2) : rest;
  const resource = RESOURCE_NAMES.find((known) => known === resourceName && RESOURCES[known].group === group);
  if (!resource || excess.length > 0) return null;
  if (RESOURCES[resource].namespaced !== isScoped && (name !== undefined || isScoped)) return null;
  const subresource = POD_SUBRESOURCES.find((known) => known === subresourceName);
  if (subresourceName !== undefined && !(resource === 'pods' && subresource)) return null;
  const namespace = isScoped ? rest[1] : RESOURCES[resource].namespaced ? undefined : '';
  return { kind: 'resource', resource, namespace, name, subresource };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest(`invalid URL escape in ${JSON.stringify(part)}`);
  }
}

/** The Kubernetes verb of a request; null if the resource does not support the method. */
export function verbOf(method: string, route: ResourceRoute, query: URLSearchParams): Verb | null {
  if (route.subresource === 'eviction') return method === 'POST' ? 'create' : null;
  const isWatch = ['true', '1'].includes(query.get('watch') ?? '');
  if (method === 'GET') return route.name === undefined ? (isWatch ? 'watch' : 'list') : 'get';
  if (route.subresource) return null;
  if (method === 'POST' && route.name === undefined && route.namespace !== undefined) return 'create';
  if (method === 'DELETE' && route.name !== undefined) return 'delete';
  if (method === 'DELETE' && route.namespace) return 'deletecollection';
  return null;
}

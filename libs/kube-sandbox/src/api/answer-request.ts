import type { Verb } from '../faults.js';
import { ApiError, notFound } from '../objects/api-error.js';
import { createObject } from '../objects/create-object.js';
import { deleteObject, parseDeleteOptions } from '../objects/delete-object.js';
import { type Draft, isRecord, recordAt } from '../objects/draft.js';
import { evictPod } from '../objects/evict-pod.js';
import type { AnyObject, Pod, ResourceName } from '../objects/kube-object.js';
import { apiVersionOf, RESOURCES } from '../objects/resources.js';
import { stringifyOnce } from '../objects/stringify-once.js';
import type { ApiContext, Reply } from './api-context.js';
import type { Page } from './list-pages.js';
import { objectFilter } from './object-filter.js';
import type { ResourceRoute } from './parse-route.js';
import { tableOf } from './table.js';

export interface ResourceRequest {
  route: ResourceRoute;
  query: URLSearchParams;
  /** The parsed JSON body; undefined without one. */
  body: unknown;
  wantsTable: boolean;
}

/** Answers every request except watches and logs. Throws `ApiError`. */
export function answerRequest(
  context: ApiContext,
  verb: Exclude<Verb, 'watch'>,
  request: ResourceRequest,
): Reply {
  switch (verb) {
    case 'get':
      return { code: 200, body: render(request, find(context, request.route)) };
    case 'list':
      return { code: 200, body: list(context, request) };
    case 'create':
      return request.route.subresource === 'eviction' ? evict(context, request) : create(context, request);
    case 'delete':
      return remove(context, request);
    case 'deletecollection':
      return removeAll(context, request);
  }
}

function render({ route, wantsTable }: ResourceRequest, object: AnyObject): object | string {
  return wantsTable ? tableOf(route.resource, [object], {}, Date.now()) : stringifyOnce(object);
}

export function find(
  { store }: ApiContext,
  { resource, namespace = '', name = '' }: ResourceRoute,
): AnyObject {
  const object = store.get(resource, namespace, name);
  if (!object) throw notFound(resource, name);
  return object;
}

function create({ store, faults }: ApiContext, request: ResourceRequest): Reply {
  const { resource, namespace = '' } = request.route;
  const isDryRun = request.query.getAll('dryRun').includes('All');
  const object = createObject(store, resource, namespace, request.body, {
    isDryRun,
    mutate: (kind, object) => faults.mutation.apply(kind, object),
    admit(draft) {
      const refusal = faults.admission.refusal(store, resource, namespace, draft, isDryRun);
      if (refusal) throw refusal;
    },
  });
  const warnings = faults.admission.warnings(resource, object as unknown as Draft);
  return {
    code: 201,
    body: render(request, object),
    ...(warnings.length > 0 && { headers: { Warning: warnings.map(toWarning).join(', ') } }),
  };
}

/** As RFC 7234 has it: quotes and backslashes are escaped. */
function toWarning(text: string): string {
  return `299 - "${text.replace(/["\\]/g, '\\$&')}"`;
}

/** No PodDisruptionBudget stands in the way here. */
function evict(context: ApiContext, { route, query, body }: ResourceRequest): Reply {
  const options = parseDeleteOptions('pods', recordAt(bodyOf(body), 'deleteOptions'), query);
  evictPod(context.store, find(context, route) as Pod, options);
  return { code: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' } };
}

function list({ store, pages }: ApiContext, { route, query, wantsTable }: ResourceRequest): object | string {
  const limit = Number(query.get('limit') ?? 0) || 0;
  const token = query.get('continue');
  const isWanted = objectFilter(route, query);
  const page = token
    ? pages.next(token, limit)
    : pages.first(
        store.list(route.resource, route.namespace || undefined, isWanted),
        store.currentVersion,
        limit,
      );
  const metadata = listMetadata(page);
  if (wantsTable) return tableOf(route.resource, page.items, metadata, Date.now());
  const { kind } = RESOURCES[route.resource];
  const head = { kind: `${kind}List`, apiVersion: apiVersionOf(RESOURCES[route.resource]), metadata };
  return `${JSON.stringify(head).slice(0, -1)},"items":[${page.items.map(stringifyOnce).join(',')}]}`;
}

function listMetadata({ version, continueToken, remaining }: Page): object {
  const more = continueToken ? { continue: continueToken, remainingItemCount: remaining } : {};
  return { resourceVersion: String(version), ...more };
}

function remove(context: ApiContext, { route, query, body }: ResourceRequest): Reply {
  const { resource } = route;
  const object = find(context, route);
  refuseProtected(resource, object);
  const options = parseDeleteOptions(resource, bodyOf(body), query);
  const isDryRun = query.getAll('dryRun').includes('All');
  const left = isDryRun ? null : deleteObject(context.store, resource, object, options);
  if (left) return { code: 200, body: left };
  const { group } = RESOURCES[resource];
  const details = {
    name: object.metadata.name,
    ...(group && { group }),
    kind: resource,
    uid: object.metadata.uid,
  };
  return { code: 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } };
}

function removeAll({ store }: ApiContext, { route, query, body }: ResourceRequest): Reply {
  const { resource, namespace } = route;
  const options = parseDeleteOptions(resource, bodyOf(body), query);
  const objects = store.list(resource, namespace, objectFilter(route, query));
  for (const object of objects) deleteObject(store, resource, object, options);
  const head = { kind: `${RESOURCES[resource].kind}List`, apiVersion: apiVersionOf(RESOURCES[resource]) };
  return {
    code: 200,
    body: { ...head, metadata: { resourceVersion: String(store.currentVersion) }, items: objects },
  };
}

function refuseProtected(resource: ResourceName, { metadata }: AnyObject): void {
  if (resource !== 'namespaces' || metadata.name !== 'default') return;
  throw new ApiError(
    403,
    'Forbidden',
    'namespaces "default" is forbidden: this namespace may not be deleted',
  );
}

function bodyOf(body: unknown): Draft {
  return isRecord(body) ? body : {};
}

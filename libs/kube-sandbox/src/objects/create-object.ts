import { alreadyExists, ApiError, badRequest, invalid, notFound } from './api-error.js';
import { type Draft, isRecord, recordAt, stringAt } from './draft.js';
import { generateName } from './generate-name.js';
import type { AnyObject, ResourceName, ResourceTypes } from './kube-object.js';
import { CONTENT_FINALIZER } from './namespace-controller.js';
import type { ObjectStore } from './object-store.js';
import { prepareJob } from './prepare-job.js';
import { preparePod } from './prepare-pod.js';
import { prepareSecret } from './prepare-secret.js';
import { apiVersionOf, RESOURCES } from './resources.js';
import { validateMetadata } from './validate-metadata.js';

const SERVER_SIDE_FIELDS = [
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'managedFields',
];

export interface CreateOptions {
  isDryRun?: boolean;
  /** What is stored instead, as a mutating webhook decides. */
  mutate?: <Object extends AnyObject>(resource: ResourceName, object: Object) => Object;
  /** Throws an `ApiError` to refuse the valid object. */
  admit?: (object: Draft) => void;
}

/**
 * Validates, completes and stores an object that a client sent, as the API server does. `namespace` is '' for namespaces.
 * Throws `ApiError`: BadRequest, NotFound (the namespace), AlreadyExists, Invalid.
 */
export function createObject<R extends ResourceName>(
  store: ObjectStore,
  resource: R,
  namespace: string,
  body: unknown,
  { isDryRun = false, mutate = (_, object) => object, admit = () => undefined }: CreateOptions = {},
): ResourceTypes[R] {
  const draft = completeMetadata(resource, namespace, body);
  const name = stringAt(recordAt(draft, 'metadata'), 'name') ?? '';
  checkNamespace(store, resource, namespace, name);
  const prepared = prepare(resource, draft);
  const errors = [...validateMetadata(resource, recordAt(draft, 'metadata')), ...prepared.errors];
  if (errors.length > 0) throw invalid(resource, name, errors);
  const object = mutate(resource, prepared.object) as ResourceTypes[R];
  // As in a cluster, a full quota refuses a name that is taken, too.
  admit(object as unknown as Draft);
  if (store.get(resource, namespace, name)) throw alreadyExists(resource, name);
  return isDryRun ? object : store.insert(resource, object);
}

function completeMetadata(resource: ResourceName, namespace: string, body: unknown): Draft {
  if (!isRecord(body)) throw badRequest('the object provided is unrecognized: expected a JSON object');
  const definition = RESOURCES[resource];
  const apiVersion = apiVersionOf(definition);
  expectSame('API version', stringAt(body, 'apiVersion') || apiVersion, apiVersion);
  expectSame('kind', stringAt(body, 'kind') || definition.kind, definition.kind);
  const sent = recordAt(body, 'metadata');
  const sentNamespace = stringAt(sent, 'namespace') || namespace;
  if (definition.namespaced && sentNamespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const prefix = stringAt(sent, 'generateName');
  const name = stringAt(sent, 'name') || (prefix ? generateName(prefix) : undefined);
  const metadata: Draft = { ...sent, name, ...(definition.namespaced && { namespace }) };
  for (const field of SERVER_SIDE_FIELDS) delete metadata[field];
  return { ...body, apiVersion, kind: definition.kind, metadata };
}

function expectSame(what: string, got: string, wanted: string): void {
  if (got !== wanted)
    throw badRequest(`the ${what} in the data (${got}) does not match the expected ${what} (${wanted})`);
}

function checkNamespace(store: ObjectStore, resource: ResourceName, namespace: string, name: string): void {
  if (!RESOURCES[resource].namespaced) return;
  const found = store.get('namespaces', '', namespace);
  if (!found) throw notFound('namespaces', namespace);
  if (found.metadata.deletionTimestamp) {
    const message = `${resource} "${name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`;
    throw new ApiError(403, 'Forbidden', message, { details: { name, kind: resource } });
  }
}

function prepare(
  resource: ResourceName,
  draft: Draft,
): { errors: Parameters<typeof invalid>[2]; object: AnyObject } {
  switch (resource) {
    case 'jobs':
      return prepareJob(draft);
    case 'pods':
      return preparePod(draft);
    case 'secrets':
      return prepareSecret(draft);
    case 'namespaces':
      return { errors: [], object: prepareNamespace(draft) };
    case 'serviceaccounts':
    case 'configmaps':
    case 'events':
      return { errors: [], object: draft as unknown as AnyObject };
  }
}

function prepareNamespace(draft: Draft): AnyObject {
  const metadata = { ...recordAt(draft, 'metadata'), finalizers: [CONTENT_FINALIZER] };
  const status = { phase: 'Active' };
  return { ...draft, metadata, spec: { finalizers: ['kubernetes'] }, status } as unknown as AnyObject;
}

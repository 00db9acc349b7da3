import { deleteObject, removeFinalizer } from './delete-object.js';
import type { Change, ObjectStore } from './object-store.js';
import { RESOURCE_NAMES, RESOURCES } from './resources.js';

/** Keeps a namespace until it is empty. */
export const CONTENT_FINALIZER = 'kubernetes';

/** Empties namespaces that are being deleted. Returns a function that stops it. */
export function startNamespaceController(store: ObjectStore): () => void {
  for (const namespace of store.list('namespaces')) empty(store, namespace.metadata.name);
  return store.subscribe(({ resource, type, object }: Change) => {
    if (resource === 'namespaces' && type === 'MODIFIED') empty(store, object.metadata.name);
    if (type === 'DELETED' && object.metadata.namespace) empty(store, object.metadata.namespace);
  });
}

function empty(store: ObjectStore, name: string): void {
  const namespace = store.get('namespaces', '', name);
  if (!namespace?.metadata.deletionTimestamp || !namespace.metadata.finalizers?.includes(CONTENT_FINALIZER))
    return;
  const content = RESOURCE_NAMES.filter((resource) => RESOURCES[resource].namespaced).flatMap((resource) =>
    store.list(resource, name).map((object) => ({ resource, object })),
  );
  if (content.length === 0) removeFinalizer(store, 'namespaces', namespace, CONTENT_FINALIZER);
  for (const { resource, object } of content) {
    if (!object.metadata.deletionTimestamp)
      deleteObject(store, resource, object, { propagationPolicy: 'Background' });
  }
}

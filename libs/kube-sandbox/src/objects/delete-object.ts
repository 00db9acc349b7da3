import { badRequest, conflict } from './api-error.js';
import { booleanAt, type Draft, numberAt, recordAt, stringAt } from './draft.js';
import { type AnyObject, isPodTerminal, type Pod, type ResourceName, toKubeTime } from './kube-object.js';
import type { ObjectStore } from './object-store.js';

export interface DeleteOptions {
  propagationPolicy: 'Background' | 'Foreground' | 'Orphan';
  gracePeriodSeconds?: number;
  uid?: string;
  resourceVersion?: string;
}

const POLICIES = ['Background', 'Foreground', 'Orphan'] as const;
export const FOREGROUND = 'foregroundDeletion';

/** Reads the options of a DELETE from its body and query. The default policy orphans the pods of a Job. */
export function parseDeleteOptions(
  resource: ResourceName,
  body: Draft,
  query: URLSearchParams,
): DeleteOptions {
  const orphans =
    booleanAt(body, 'orphanDependents') ??
    (query.has('orphanDependents') ? query.get('orphanDependents') === 'true' : undefined);
  const fallback =
    orphans === undefined
      ? resource === 'jobs'
        ? 'Orphan'
        : 'Background'
      : orphans
        ? 'Orphan'
        : 'Background';
  const policy = stringAt(body, 'propagationPolicy') ?? query.get('propagationPolicy') ?? fallback;
  const propagationPolicy = POLICIES.find((known) => known === policy);
  if (!propagationPolicy)
    throw badRequest(`invalid propagationPolicy ${JSON.stringify(policy)}: one of ${POLICIES.join(', ')}`);
  const graceText = query.get('gracePeriodSeconds');
  if (graceText !== null && !/^\d{1,9}$/.test(graceText))
    throw badRequest(`invalid gracePeriodSeconds ${JSON.stringify(graceText)}: not a number of seconds`);
  const gracePeriodSeconds =
    numberAt(body, 'gracePeriodSeconds') ?? (graceText === null ? undefined : Number(graceText));
  const preconditions = recordAt(body, 'preconditions');
  return {
    propagationPolicy,
    gracePeriodSeconds,
    uid: stringAt(preconditions, 'uid'),
    resourceVersion: stringAt(preconditions, 'resourceVersion'),
  };
}

/**
 * Deletes an object as the API server does. A running pod is only marked, and removed once the kubelet has stopped it; an
 * object with finalizers is removed once they are gone. Returns the object if it still exists, else null. May be repeated.
 */
export function deleteObject(
  store: ObjectStore,
  resource: ResourceName,
  object: AnyObject,
  options: DeleteOptions,
): AnyObject | null {
  checkPreconditions(resource, object, options);
  return store.atomically(() => {
    if (options.propagationPolicy === 'Orphan') releaseDependents(store, object.metadata.uid);
    const marked = mark(store, resource, object, options);
    return removeIfDone(store, resource, marked) ? null : marked;
  });
}

/** Removes an object that is marked for deletion and has neither a grace period nor finalizers left. */
export function removeIfDone(store: ObjectStore, resource: ResourceName, object: AnyObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  if (!deletionTimestamp || (deletionGracePeriodSeconds ?? 0) > 0 || (finalizers ?? []).length > 0)
    return false;
  store.remove(resource, object);
  return true;
}

/** Takes a finalizer off an object, which may have waited for nothing else. */
export function removeFinalizer(
  store: ObjectStore,
  resource: ResourceName,
  object: AnyObject,
  finalizer: string,
): void {
  const finalizers = (object.metadata.finalizers ?? []).filter((one) => one !== finalizer);
  const metadata = { ...object.metadata, finalizers: finalizers.length > 0 ? finalizers : undefined };
  const updated = store.update(resource, { ...object, metadata });
  if (updated) removeIfDone(store, resource, updated);
}

function checkPreconditions(
  resource: ResourceName,
  { metadata }: AnyObject,
  { uid, resourceVersion }: DeleteOptions,
): void {
  if (uid !== undefined && uid !== metadata.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`;
    throw conflict(resource, metadata.name, why);
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`;
    throw conflict(resource, metadata.name, why);
  }
}

function mark(
  store: ObjectStore,
  resource: ResourceName,
  object: AnyObject,
  options: DeleteOptions,
): AnyObject {
  const graceSeconds = resource === 'pods' ? podGraceSeconds(object as Pod, options) : 0;
  const hasDependents =
    options.propagationPolicy === 'Foreground' && store.dependentsOf(object.metadata.uid).length > 0;
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers = [] } = object.metadata;
  const isMarked = deletionTimestamp !== undefined && graceSeconds >= (deletionGracePeriodSeconds ?? 0);
  if (isMarked && (!hasDependents || finalizers.includes(FOREGROUND))) return object;
  const metadata = {
    ...object.metadata,
    deletionTimestamp: toKubeTime(Date.now() + graceSeconds * 1000),
    deletionGracePeriodSeconds: graceSeconds,
    ...(hasDependents && { finalizers: [...new Set([...finalizers, FOREGROUND])] }),
  };
  const next = { ...object, metadata };
  // An object that is removed at once needs no mark.
  const goesNow = graceSeconds === 0 && (metadata.finalizers ?? []).length === 0;
  return goesNow ? next : (store.update(resource, next) ?? next);
}

function podGraceSeconds(pod: Pod, { gracePeriodSeconds }: DeleteOptions): number {
  if (!pod.spec.nodeName || isPodTerminal(pod)) return 0;
  return Math.max(0, gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds);
}

function releaseDependents(store: ObjectStore, ownerUid: string): void {
  for (const { resource, object } of store.dependentsOf(ownerUid)) {
    const left = (object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== ownerUid);
    store.update(resource, {
      ...object,
      metadata: { ...object.metadata, ownerReferences: left.length > 0 ? left : undefined },
    });
  }
}

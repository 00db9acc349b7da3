import { deleteObject, FOREGROUND, removeFinalizer } from './delete-object.js';
import type { AnyObject, OwnerReference, ResourceName } from './kube-object.js';
import { type Change, type ObjectStore } from './object-store.js';
import { RESOURCE_NAMES, RESOURCES } from './resources.js';

/** Deletes objects whose owners are all gone, and completes foreground deletions. */
export class GarbageCollector {
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly unsubscribe: () => void;

  constructor(
    private readonly store: ObjectStore,
    /** How long an object may exist whose owner never existed. */
    private readonly absentOwnerDelayMs: number,
  ) {
    this.unsubscribe = store.subscribe((change) => this.onChange(change));
    for (const resource of RESOURCE_NAMES)
      for (const object of store.list(resource)) this.checkOwnersLater(resource, object);
  }

  close(): void {
    this.unsubscribe();
    for (const timer of this.timers) clearTimeout(timer);
  }

  private onChange({ resource, type, object }: Change): void {
    if (type === 'ADDED') this.checkOwnersLater(resource, object);
    if (type === 'MODIFIED') this.deleteInForeground(resource, object);
    if (type !== 'DELETED') return;
    for (const dependent of this.store.dependentsOf(object.metadata.uid))
      this.collect(dependent.resource, dependent.object);
    for (const owner of object.metadata.ownerReferences ?? [])
      this.finishForeground(owner, object.metadata.namespace ?? '');
  }

  private checkOwnersLater(resource: ResourceName, { metadata }: AnyObject): void {
    if (!metadata.ownerReferences?.length) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      const current = this.store.get(resource, metadata.namespace ?? '', metadata.name);
      if (current?.metadata.uid === metadata.uid) this.collect(resource, current);
    }, this.absentOwnerDelayMs);
    this.timers.add(timer);
  }

  private collect(resource: ResourceName, object: AnyObject): void {
    const owners = object.metadata.ownerReferences ?? [];
    if (owners.length === 0 || owners.some((owner) => this.findOwner(owner, object.metadata.namespace ?? '')))
      return;
    deleteObject(this.store, resource, object, { propagationPolicy: 'Background' });
  }

  private deleteInForeground(resource: ResourceName, object: AnyObject): void {
    if (!object.metadata.deletionTimestamp || !object.metadata.finalizers?.includes(FOREGROUND)) return;
    const dependents = this.store.dependentsOf(object.metadata.uid);
    for (const dependent of dependents) {
      if (dependent.object.metadata.deletionTimestamp) continue;
      deleteObject(this.store, dependent.resource, dependent.object, { propagationPolicy: 'Background' });
    }
    if (dependents.length === 0) removeFinalizer(this.store, resource, object, FOREGROUND);
  }

  private finishForeground(reference: OwnerReference, namespace: string): void {
    const owner = this.findOwner(reference, namespace);
    if (owner?.object.metadata.finalizers?.includes(FOREGROUND))
      this.deleteInForeground(owner.resource, owner.object);
  }

  private findOwner(
    { kind, name, uid }: OwnerReference,
    namespace: string,
  ): { resource: ResourceName; object: AnyObject } | null {
    const resource = RESOURCE_NAMES.find((candidate) => RESOURCES[candidate].kind === kind);
    if (!resource) return null;
    const object = this.store.get(resource, RESOURCES[resource].namespaced ? namespace : '', name);
    return object?.metadata.uid === uid ? { resource, object } : null;
  }
}

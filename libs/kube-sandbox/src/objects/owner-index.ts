import type { AnyObject, ResourceName } from './kube-object.js';

interface Entry {
  resource: ResourceName;
  key: string;
}

/** Finds the objects that name a uid as their owner. */
export class OwnerIndex {
  private readonly byOwner = new Map<string, Map<string, Entry>>();

  add(resource: ResourceName, object: AnyObject): void {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const entries = this.byOwner.get(uid) ?? new Map<string, Entry>();
      const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
      entries.set(`${resource}/${key}`, { resource, key });
      this.byOwner.set(uid, entries);
    }
  }

  remove(resource: ResourceName, object: AnyObject): void {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const entries = this.byOwner.get(uid);
      entries?.delete(`${resource}/${object.metadata.namespace ?? ''}/${object.metadata.name}`);
      if (entries?.size === 0) this.byOwner.delete(uid);
    }
  }

  dependentsOf(uid: string): Entry[] {
    return [...(this.byOwner.get(uid)?.values() ?? [])];
  }
}

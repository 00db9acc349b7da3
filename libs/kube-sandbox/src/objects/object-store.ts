import { randomUUID } from 'node:crypto';
import type { Journal, JournalEntry } from './journal.js';
import {
  type AnyObject,
  type ResourceName,
  type ResourceTypes,
  toKubeTime,
  withoutUndefined,
} from './kube-object.js';
import { OwnerIndex } from './owner-index.js';
import { RESOURCE_NAMES } from './resources.js';

export interface Change<R extends ResourceName = ResourceName> {
  resource: R;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  version: number;
  object: ResourceTypes[R];
  previous: ResourceTypes[R] | null;
}

type Listener = (change: Change) => void;

/**
 * All objects, in memory and in the journal, with one version counter. Changes are synchronous. Listeners are notified of
 * them in order, including changes made by a listener.
 */
export class ObjectStore {
  private readonly objects = new Map<ResourceName, Map<string, AnyObject>>(
    RESOURCE_NAMES.map((name) => [name, new Map()]),
  );
  private readonly recent = new Map<ResourceName, Change[]>(RESOURCE_NAMES.map((name) => [name, []]));
  private readonly forgottenUpTo = new Map<ResourceName, number>();
  private readonly listeners = new Set<Listener>();
  private readonly undelivered: Change[] = [];
  private readonly owners = new OwnerIndex();
  private openBatch: JournalEntry[] | null = null;
  private isDelivering = false;
  private version: number;

  constructor(
    private readonly journal: Journal,
    private readonly rememberedChanges: number,
  ) {
    const content = journal.load();
    // Never 0, which means "any version" to clients.
    this.version = Math.max(content.version, 1);
    for (const { resource, object } of content.objects) {
      this.objects.get(resource)!.set(keyOf(object), object);
      this.owners.add(resource, object);
    }
    for (const name of RESOURCE_NAMES) this.forgottenUpTo.set(name, this.version);
    journal.compact({ version: this.version, objects: content.objects });
  }

  get currentVersion(): number {
    return this.version;
  }

  get<R extends ResourceName>(resource: R, namespace: string, name: string): ResourceTypes[R] | undefined {
    return this.objects.get(resource)!.get(`${namespace}/${name}`) as ResourceTypes[R] | undefined;
  }

  /** Lists the matching objects of a resource, in one namespace or in all, sorted by name. */
  list<R extends ResourceName>(
    resource: R,
    namespace?: string,
    isWanted: (object: AnyObject) => boolean = () => true,
  ): ResourceTypes[R][] {
    const wanted: ResourceTypes[R][] = [];
    for (const object of this.objects.get(resource)!.values()) {
      if (namespace !== undefined && object.metadata.namespace !== namespace) continue;
      if (isWanted(object)) wanted.push(object as ResourceTypes[R]);
    }
    return wanted.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  /** Sorted by creation. */
  dependentsOf(uid: string): { resource: ResourceName; object: AnyObject }[] {
    return this.owners.dependentsOf(uid).flatMap(({ resource, key }) => {
      const object = this.objects.get(resource)!.get(key);
      return object ? [{ resource, object }] : [];
    });
  }

  /** Assigns the uid, creation time and version. The name must be free. */
  insert<R extends ResourceName>(resource: R, draft: ResourceTypes[R]): ResourceTypes[R] {
    const version = ++this.version;
    const metadata = withoutUndefined({
      ...draft.metadata,
      uid: draft.metadata.uid || randomUUID(),
      creationTimestamp: toKubeTime(Date.now()),
      resourceVersion: String(version),
    });
    const object = { ...draft, metadata };
    this.objects.get(resource)!.set(keyOf(object), object);
    this.owners.add(resource, object);
    this.record(
      { resource, type: 'ADDED', version, object, previous: null },
      { version, resource, put: object },
    );
    return object;
  }

  /** Replaces the object with the same name and uid. Returns null if it no longer exists. */
  update<R extends ResourceName>(resource: R, next: ResourceTypes[R]): ResourceTypes[R] | null {
    const previous = this.objects.get(resource)!.get(keyOf(next)) as ResourceTypes[R] | undefined;
    if (previous?.metadata.uid !== next.metadata.uid) return null;
    const version = ++this.version;
    const object = {
      ...next,
      metadata: withoutUndefined({ ...next.metadata, resourceVersion: String(version) }),
    };
    this.objects.get(resource)!.set(keyOf(object), object);
    this.owners.remove(resource, previous);
    this.owners.add(resource, object);
    this.record(
      { resource, type: 'MODIFIED', version, object, previous },
      { version, resource, put: object },
    );
    return object;
  }

  remove<R extends ResourceName>(resource: R, object: ResourceTypes[R]): void {
    const key = keyOf(object);
    const previous = this.objects.get(resource)!.get(key) as ResourceTypes[R] | undefined;
    if (previous?.metadata.uid !== object.metadata.uid) return;
    const version = ++this.version;
    this.objects.get(resource)!.delete(key);
    this.owners.remove(resource, previous);
    const last = { ...previous, metadata: { ...previous.metadata, resourceVersion: String(version) } };
    this.record(
      { resource, type: 'DELETED', version, object: last, previous },
      { version, resource, remove: key },
    );
  }

  /** Writes all changes made by `work` to disk at once: all or none. */
  atomically<T>(work: () => T): T {
    if (this.openBatch) return work();
    const batch: JournalEntry[] = (this.openBatch = []);
    try {
      return work();
    } finally {
      this.openBatch = null;
      this.write(batch);
      this.deliver();
    }
  }

  /** Returns the changes after `version`, or null if some are no longer kept. */
  changesSince<R extends ResourceName>(resource: R, version: number): Change<R>[] | null {
    if (version < this.forgottenUpTo.get(resource)!) return null;
    return this.recent.get(resource)!.filter((change) => change.version > version) as Change<R>[];
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.journal.close();
  }

  private record(change: Change, entry: JournalEntry): void {
    const recent = this.recent.get(change.resource)!;
    recent.push(change);
    if (recent.length > 2 * this.rememberedChanges) {
      const dropped = recent.splice(0, recent.length - this.rememberedChanges);
      this.forgottenUpTo.set(change.resource, dropped.at(-1)!.version);
    }
    this.undelivered.push(change);
    // Events are informational: shown, but not stored on disk.
    if (change.resource !== 'events') {
      if (this.openBatch) this.openBatch.push(entry);
      else this.write([entry]);
    }
    if (!this.openBatch) this.deliver();
  }

  private write(entries: JournalEntry[]): void {
    if (entries.length === 0) return;
    this.journal.append(entries);
    if (!this.journal.wantsCompaction()) return;
    this.journal.compact({ version: this.version, objects: this.liveObjects() });
  }

  private liveObjects(): { resource: ResourceName; object: AnyObject }[] {
    const kept = RESOURCE_NAMES.filter((name) => name !== 'events');
    return kept.flatMap((resource) =>
      [...this.objects.get(resource)!.values()].map((object) => ({ resource, object })),
    );
  }

  private deliver(): void {
    if (this.isDelivering) return;
    this.isDelivering = true;
    try {
      for (let change = this.undelivered.shift(); change; change = this.undelivered.shift()) {
        for (const listener of [...this.listeners]) listener(change);
      }
    } finally {
      this.isDelivering = false;
    }
  }
}

export function keyOf(object: AnyObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

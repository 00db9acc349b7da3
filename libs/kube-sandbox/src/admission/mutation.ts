import { removeFinalizer } from '../objects/delete-object.js';
import type { AnyObject, Container, Pod, ResourceName } from '../objects/kube-object.js';
import type { ObjectStore } from '../objects/object-store.js';
import { defaultContainer } from '../objects/prepare-pod.js';

/** A container to add to pods. Without an image it gets that of the pod's first container. */
export type InjectedContainer = Omit<Container, 'image'> & { image?: string };

export interface Injection {
  /** Come after the pod's own. */
  containers?: InjectedContainer[];
  /** Come before the pod's own. With `restartPolicy: Always` they are native sidecars. */
  initContainers?: InjectedContainer[];
}

/** What other controllers do to new objects before they are stored: sidecars of a mesh, finalizers. */
export class Mutation {
  containers: Injection | null = null;
  private readonly finalizers = new Map<ResourceName, string>();
  /** Set once the store exists. */
  store: ObjectStore | null = null;

  /** Null: none from now on, and takes it off the objects that have it. */
  setFinalizer(resource: 'jobs' | 'pods', finalizer: string | null): void {
    const previous = this.finalizers.get(resource);
    if (finalizer === null) this.finalizers.delete(resource);
    else this.finalizers.set(resource, finalizer);
    if (previous === undefined || previous === finalizer || !this.store) return;
    for (const object of this.store.list(resource)) {
      if (object.metadata.finalizers?.includes(previous))
        removeFinalizer(this.store, resource, object, previous);
    }
  }

  clear(): void {
    this.containers = null;
    for (const resource of ['jobs', 'pods'] as const) this.setFinalizer(resource, null);
  }

  apply<Object extends AnyObject>(resource: ResourceName, object: Object): Object {
    const finalizer = this.finalizers.get(resource);
    const finalizers = [...(object.metadata.finalizers ?? []), ...(finalizer ? [finalizer] : [])];
    const marked = finalizer ? { ...object, metadata: { ...object.metadata, finalizers } } : object;
    return resource === 'pods' && this.containers
      ? (inject(marked as Pod, this.containers) as typeof marked)
      : marked;
  }
}

function inject(pod: Pod, { containers = [], initContainers = [] }: Injection): Pod {
  const image = pod.spec.containers[0]?.image ?? '';
  const complete = (container: InjectedContainer) =>
    defaultContainer({ image, ...container }) as unknown as Container;
  const before = [...initContainers.map(complete), ...(pod.spec.initContainers ?? [])];
  return {
    ...pod,
    spec: {
      ...pod.spec,
      ...(before.length > 0 && { initContainers: before }),
      containers: [...pod.spec.containers, ...containers.map(complete)],
    },
  };
}

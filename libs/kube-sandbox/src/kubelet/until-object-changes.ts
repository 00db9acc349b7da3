import { untilAborted } from '@app/timing';
import type { ObjectStore } from '../objects/object-store.js';

/** Waits until a Secret or ConfigMap with one of these names changes, or the signal aborts. */
export async function untilObjectChanges(
  store: ObjectStore,
  namespace: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  let unsubscribe = () => {};
  const changed = new Promise<void>((resolve) => {
    unsubscribe = store.subscribe(({ resource, object: { metadata } }) => {
      const isRead = resource === 'secrets' || resource === 'configmaps';
      if (isRead && metadata.namespace === namespace && names.includes(metadata.name)) resolve();
    });
  });
  await untilAborted(changed, signal).finally(unsubscribe);
}

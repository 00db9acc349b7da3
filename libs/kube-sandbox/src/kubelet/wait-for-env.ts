import type { ObjectStore } from '../objects/object-store.js';
import { objectsOf, resolveContainerEnv } from './container-env.js';
import type { ContainerRecord } from './container-record.js';
import { untilObjectChanges } from './until-object-changes.js';

/** Returns the container's environment once every Secret and ConfigMap it needs exists. Null: aborted. */
export async function waitForEnv(
  record: ContainerRecord,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string> | null> {
  const namespace = record.pod.metadata.namespace ?? '';
  let reported = '';
  while (!signal.aborted) {
    const outcome = resolveContainerEnv(
      record.container,
      record.pod,
      (name) => store.get('secrets', namespace, name),
      (name) => store.get('configmaps', namespace, name),
    );
    if (outcome.kind === 'ready') return outcome.env;
    if (outcome.message !== reported) {
      record.setWaiting('CreateContainerConfigError', outcome.message);
      record.recordEvent('Warning', 'Failed', `Error: ${outcome.message}`);
      reported = outcome.message;
    }
    await untilObjectChanges(store, namespace, objectsOf(record.container), signal);
  }
  return null;
}

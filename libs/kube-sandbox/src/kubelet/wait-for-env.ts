import { untilAborted } from '@app/timing';
import type { ObjectStore } from '../objects/object-store.js';
import { resolveContainerEnv, secretsOf } from './container-env.js';
import type { ContainerRecord } from './container-record.js';

/** Returns the container's environment once every Secret it needs exists. Null: aborted. */
export async function waitForEnv(
  record: ContainerRecord,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string> | null> {
  const namespace = record.pod.metadata.namespace ?? '';
  let reported = '';
  while (!signal.aborted) {
    const outcome = resolveContainerEnv(record.container, record.pod, (name) =>
      store.get('secrets', namespace, name),
    );
    if (outcome.kind === 'ready') return outcome.env;
    if (outcome.message !== reported) {
      record.setWaiting('CreateContainerConfigError', outcome.message);
      record.recordEvent('Warning', 'Failed', `Error: ${outcome.message}`);
      reported = outcome.message;
    }
    await untilSecretChanges(store, namespace, secretsOf(record.container), signal);
  }
  return null;
}

async function untilSecretChanges(
  store: ObjectStore,
  namespace: string,
  names: string[],
  signal: AbortSignal,
): Promise<void> {
  let unsubscribe = () => {};
  const changed = new Promise<void>((resolve) => {
    unsubscribe = store.subscribe(({ resource, object: { metadata } }) => {
      if (resource === 'secrets' && metadata.namespace === namespace && names.includes(metadata.name))
        resolve();
    });
  });
  await untilAborted(changed, signal).finally(unsubscribe);
}

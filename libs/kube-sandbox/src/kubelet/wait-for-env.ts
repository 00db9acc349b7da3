import { untilAborted } from '@app/timing';
import type { ObjectStore } from '../objects/object-store.js';
import { resolveContainerEnv, secretsOf } from './container-env.js';
import type { PodRecord } from './pod-record.js';

/** The container's environment, as soon as every Secret that it needs is there. Null: aborted. */
export async function waitForEnv(
  record: PodRecord,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string> | null> {
  const namespace = record.pod.metadata.namespace ?? '';
  let told = '';
  while (!signal.aborted) {
    const outcome = resolveContainerEnv(record.container, record.pod, (name) =>
      store.get('secrets', namespace, name),
    );
    if (outcome.kind === 'ready') return outcome.env;
    if (outcome.message !== told) {
      record.setWaiting('CreateContainerConfigError', outcome.message);
      record.say('Warning', 'Failed', `Error: ${outcome.message}`);
      told = outcome.message;
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

import { BatchV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import type { Leftover } from './evidence.js';
import type { Sources } from './sources.js';

/** All Jobs, Pods and Secrets in the namespace, which belongs to Proctor alone. */
export async function readLeftovers({
  kubeconfigPath,
}: Pick<Sources['sandbox'], 'kubeconfigPath'>): Promise<Leftover[]> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace ?? 'default';
  const [batch, core] = [config.makeApiClient(BatchV1Api), config.makeApiClient(CoreV1Api)];
  const [jobs, pods, secrets] = await Promise.all([
    batch.listNamespacedJob({ namespace }),
    core.listNamespacedPod({ namespace }),
    core.listNamespacedSecret({ namespace }),
  ]);
  return [...toLeftovers('Job', jobs), ...toLeftovers('Pod', pods), ...toLeftovers('Secret', secrets)];
}

function toLeftovers(
  kind: Leftover['kind'],
  { items }: { items: { metadata?: { name?: string } }[] },
): Leftover[] {
  return items.map(({ metadata }) => ({ kind, name: metadata?.name ?? '' }));
}

import type { ErrorDetail } from '../app-error.js';
import { quoteForMessage } from './env-value.js';
import { repositoryOf } from './image-reference.js';
import type { Proc } from './proc.js';

/** What an installation lets procs use. Null: everything; an empty list: nothing (but the worker's defaults). */
export interface AllowedSettings {
  serviceAccounts: readonly string[] | null;
  /** A registry as `docker.io` or `registry.example:5000`, or one with the beginning of a path: `docker.io/team`. */
  imageRegistries: readonly string[] | null;
  /** `key`: with any value; or `key=value`. */
  nodeSelectors: readonly string[] | null;
  imagePullSecrets: readonly string[] | null;
}

/** What of a proc this installation does not allow; empty if all is allowed. `field` is a path into `Proc`. */
export function checkAllowed(
  { imageName, pod }: Pick<Proc, 'imageName' | 'pod'>,
  allowed: AllowedSettings,
): ErrorDetail[] {
  const { serviceAccounts, imageRegistries, nodeSelectors, imagePullSecrets } = allowed;
  const problems: ErrorDetail[] = [];
  const refuse = (field: string, what: string, name: string, list: readonly string[]) => {
    const instead = list.length === 0 ? 'none is allowed' : `allowed: ${list.join(', ')}`;
    problems.push({ field, message: `${what} ${quoteForMessage(name)} is not allowed here (${instead})` });
  };
  if (imageRegistries && !imageRegistries.some((registry) => comesFrom(imageName, registry))) {
    refuse('imageName', 'the registry of', imageName, imageRegistries);
  }
  if (serviceAccounts && pod.serviceAccount !== null && !serviceAccounts.includes(pod.serviceAccount)) {
    refuse('pod.serviceAccount', 'the service account', pod.serviceAccount, serviceAccounts);
  }
  for (const [key, value] of Object.entries(pod.nodeSelector)) {
    if (!nodeSelectors || nodeSelectors.includes(key) || nodeSelectors.includes(`${key}=${value}`)) continue;
    refuse(`pod.nodeSelector.${key.slice(0, 100)}`, 'the node selector', `${key}=${value}`, nodeSelectors);
  }
  pod.imagePullSecrets.forEach((name, index) => {
    if (!imagePullSecrets || imagePullSecrets.includes(name)) return;
    refuse(`pod.imagePullSecrets.${index}`, 'the pull secret', name, imagePullSecrets);
  });
  return problems;
}

/** By whole parts of the path: `registry.example/team` allows nothing of `registry.example/team2`. */
function comesFrom(imageName: string, allowedPrefix: string): boolean {
  const [registry = '', ...path] = allowedPrefix.replace(/\/+$/, '').split('/');
  const prefix = [registry.toLowerCase(), ...path].join('/');
  const repository = repositoryOf(imageName);
  return repository !== null && prefix !== '' && `${repository}/`.startsWith(`${prefix}/`);
}

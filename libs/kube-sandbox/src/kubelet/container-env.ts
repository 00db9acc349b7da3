import type { ConfigMap, Container, EnvVar, Pod, Secret } from '../objects/kube-object.js';
import { expandReferences } from './expand-references.js';

export type EnvOutcome =
  | { kind: 'ready'; env: ReadonlyMap<string, string> }
  /** A Secret, a key in one, or a ConfigMap is missing, so the container must wait. `message` is the kubelet's own. */
  | { kind: 'waiting'; message: string };

class MissingObject extends Error {}

/**
 * Resolves a container's environment: `envFrom` first, then `env` in order. Later variables win, and each value may refer
 * to earlier ones.
 */
export function resolveContainerEnv(
  container: Container,
  pod: Pod,
  findSecret: (name: string) => Secret | undefined,
  findConfigMap: (name: string) => ConfigMap | undefined,
): EnvOutcome {
  const env = new Map<string, string>();
  try {
    for (const { prefix = '', secretRef, configMapRef } of container.envFrom ?? []) {
      if (configMapRef) {
        const found = findConfigMap(configMapRef.name);
        if (!found && !configMapRef.optional)
          throw new MissingObject(`configmap "${configMapRef.name}" not found`);
        for (const [key, value] of Object.entries(found?.data ?? {})) env.set(prefix + key, value);
      }
      if (!secretRef) continue;
      const secret = findSecret(secretRef.name);
      if (!secret && !secretRef.optional) throw new MissingObject(`secret "${secretRef.name}" not found`);
      for (const [key, value] of Object.entries(secret?.data ?? {})) env.set(prefix + key, decode(value));
    }
    for (const variable of container.env ?? []) {
      const value = valueOf(variable, pod, env, findSecret);
      if (value !== null) env.set(variable.name, value);
    }
  } catch (error) {
    if (error instanceof MissingObject) return { kind: 'waiting', message: error.message };
    throw error;
  }
  return { kind: 'ready', env };
}

/** The names of the Secrets and ConfigMaps that a container's environment uses. */
export function objectsOf(container: Container): string[] {
  const refs = [
    ...(container.envFrom ?? []).flatMap((from) => [from.secretRef, from.configMapRef]),
    ...(container.env ?? []).map((one) => one.valueFrom?.secretKeyRef),
  ];
  return refs.flatMap((ref) => (ref ? [ref.name] : []));
}

function valueOf(
  { value, valueFrom }: EnvVar,
  pod: Pod,
  known: ReadonlyMap<string, string>,
  findSecret: (name: string) => Secret | undefined,
): string | null {
  if (valueFrom?.secretKeyRef) {
    const { name, key, optional } = valueFrom.secretKeyRef;
    const secret = findSecret(name);
    if (!secret) {
      if (optional) return null;
      throw new MissingObject(`secret "${name}" not found`);
    }
    const data = secret.data?.[key];
    if (data !== undefined) return decode(data);
    if (optional) return null;
    throw new MissingObject(`couldn't find key ${key} in Secret ${pod.metadata.namespace}/${name}`);
  }
  if (valueFrom?.fieldRef) return fieldOf(pod, valueFrom.fieldRef.fieldPath);
  return expandReferences(value ?? '', known);
}

function fieldOf({ metadata }: Pod, path: string): string {
  if (path === 'metadata.namespace') return metadata.namespace ?? '';
  return path === 'metadata.uid' ? metadata.uid : metadata.name;
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

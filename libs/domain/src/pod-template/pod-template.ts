export type JsonObject = Readonly<Record<string, unknown>>;

/** A pod template as administrators write it, in Kubernetes' terms. It is merged under what Proctor sets. */
export interface PodTemplate {
  metadata: {
    labels: Readonly<Record<string, string>>;
    annotations: Readonly<Record<string, string>>;
  };
  /** A Kubernetes PodSpec that `checkPodTemplate` has accepted. */
  spec: JsonObject;
}

/** The container that runs the proc. A template may add volume mounts and, where allowed, rights to it. */
export const PROC_CONTAINER = 'proc';

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value without fields that are null: Kubernetes takes them as not set. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return (value as unknown[]).map(withoutNulls);
  if (!isJsonObject(value)) return value;
  const set = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(set.map(([name, inner]) => [name, withoutNulls(inner)]));
}

/** The entries of a list of objects; none if it is no such list. */
export function objectsIn(value: unknown): JsonObject[] {
  return Array.isArray(value) ? (value as unknown[]).filter(isJsonObject) : [];
}

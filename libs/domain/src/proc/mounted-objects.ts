import type { ErrorDetail } from '../app-error.js';
import { quoteForMessage } from './env-value.js';
import { isDnsSubdomain } from './kubernetes-names.js';
import { describeMountPathProblem, isIn, overlaps } from './mount-path.js';
import type { Scratch } from './scratch.js';

/** A ConfigMap or Secret of the procs' namespace that the container sees. */
export interface MountedObject {
  name: string;
  /** Absolute: a folder with a file for each key. Null: an environment variable for each key. */
  path: string | null;
}

/** What takes paths in the container. */
interface Mounts {
  configMaps: readonly MountedObject[];
  secrets: readonly MountedObject[];
  scratch: Scratch | null;
}

export const MAX_MOUNTED_OBJECTS = 20;
/** Every Secret that Proctor creates is named so. */
const OWN_PREFIX = 'proctor-';

/** Lists what Kubernetes would reject, and Proctor's own Secrets. `field` starts with `pod`. */
export function checkMountedObjects(pod: Mounts): ErrorDetail[] {
  return [
    ...checkList('pod.configMaps', 'a ConfigMap', pod.configMaps, () => null),
    ...checkList('pod.secrets', 'a Kubernetes Secret', pod.secrets, describeOwnSecret),
    ...checkPaths(pod),
  ];
}

function checkList(
  field: string,
  what: string,
  objects: readonly MountedObject[],
  describeRefusal: (name: string) => string | null,
): ErrorDetail[] {
  if (objects.length > MAX_MOUNTED_OBJECTS) {
    const message = `at most ${MAX_MOUNTED_OBJECTS} entries are allowed, got ${objects.length}; remove some`;
    return [{ field, message }];
  }
  return objects.flatMap(({ name }, index) => {
    const message = isDnsSubdomain(name)
      ? describeRefusal(name)
      : `expected the name of ${what} (lower-case letters, digits, "-" and "."), got ${quoteForMessage(name)}`;
    return message === null ? [] : [{ field: `${field}.${index}.name`, message }];
  });
}

/** Explains why this Secret may be used nowhere in a pod, or returns null. */
export function describeOwnSecret(name: string): string | null {
  return name.startsWith(OWN_PREFIX)
    ? `names starting with ${OWN_PREFIX} belong to Proctor, and its Secrets cannot be used; rename the Secret`
    : null;
}

/** Kubernetes mounts one volume at a path, and nothing in a ConfigMap or Secret, which are read-only. */
function checkPaths({ configMaps, secrets, scratch }: Mounts) {
  const taken: string[] = [];
  const problems: ErrorDetail[] = [];
  for (const [field, objects] of Object.entries({ configMaps, secrets })) {
    objects.forEach(({ path }, index) => {
      if (path === null) return;
      const other =
        scratch && isIn(scratch.path, path) ? scratch.path : taken.find((folder) => overlaps(path, folder));
      const message =
        describeMountPathProblem(path) ??
        (other === undefined
          ? null
          : `${quoteForMessage(path)} and ${quoteForMessage(other)} overlap; choose another folder`);
      taken.push(path);
      if (message !== null) problems.push({ field: `pod.${field}.${index}.path`, message });
    });
  }
  return problems;
}

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const HOST_LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const HOST = `(?:${HOST_LABEL}(?:\\.${HOST_LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const TAG = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';

const REFERENCE = new RegExp(`^((?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*)(?::${TAG})?(?:@${DIGEST})?$`);

const MAX_NAME_LENGTH = 255;
const MAX_REFERENCE_LENGTH = 500;

const DEFAULT_REGISTRY = 'docker.io';
const FORMER_DEFAULT_REGISTRY = 'index.docker.io';

/** Returns true for `[host[:port]/]path[:tag][@digest]`, the grammar that container registries share. */
export function isImageReference(text: string): boolean {
  return nameOf(text) !== null;
}

/**
 * Returns the registry and path of an image as container runtimes resolve them, without tag and digest: `busybox` becomes
 * `docker.io/library/busybox`. The registry is lower-cased. Returns null if the text is not an image reference.
 */
export function repositoryOf(reference: string): string | null {
  const name = nameOf(reference);
  if (name === null) return null;
  const [first = '', ...rest] = name.split('/');
  if (rest.length > 0 && isRegistry(first)) {
    const registry = first.toLowerCase();
    return withLibrary(registry === FORMER_DEFAULT_REGISTRY ? DEFAULT_REGISTRY : registry, rest);
  }
  return withLibrary(DEFAULT_REGISTRY, [first, ...rest]);
}

function nameOf(reference: string): string | null {
  if (reference.length > MAX_REFERENCE_LENGTH) return null;
  const name = REFERENCE.exec(reference)?.[1];
  return name !== undefined && name.length <= MAX_NAME_LENGTH ? name : null;
}

/** Returns true if the first segment is a registry host and not part of a path, which has no capitals. */
function isRegistry(component: string): boolean {
  return /[.:A-Z]/.test(component) || component === 'localhost';
}

function withLibrary(registry: string, path: readonly string[]): string {
  const isOfficial = registry === DEFAULT_REGISTRY && path.length === 1;
  return [registry, ...(isOfficial ? ['library'] : []), ...path].join('/');
}

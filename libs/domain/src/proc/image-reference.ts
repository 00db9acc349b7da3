const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const HOST_LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const HOST = `(?:${HOST_LABEL}(?:\\.${HOST_LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const TAG = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';

const REFERENCE = new RegExp(`^((?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*)(?::${TAG})?(?:@${DIGEST})?$`);

const MAX_NAME_LENGTH = 255;
const MAX_REFERENCE_LENGTH = 500;

/** True for `[host[:port]/]path[:tag][@digest]`, by the grammar that container registries share. */
export function isImageReference(text: string): boolean {
  if (text.length > MAX_REFERENCE_LENGTH) return false;
  const name = REFERENCE.exec(text)?.[1];
  return name !== undefined && name.length <= MAX_NAME_LENGTH;
}
